#include "CLinux.h"

#include <linux/magic.h>
#include <sys/vfs.h>

// linux/magic.h has it only since Linux 5.17's headers.
#ifndef SMB2_SUPER_MAGIC
#define SMB2_SUPER_MAGIC 0xFE534D42
#endif
#ifndef CIFS_SUPER_MAGIC
#define CIFS_SUPER_MAGIC 0xFF534D42
#endif

int weir_is_on_network(int descriptor) {
  struct statfs status;
  if (fstatfs(descriptor, &status) != 0) return -1;
  // f_type is signed and of the machine's word size: compare the 32 bits that the kernel defines.
  switch ((unsigned int)status.f_type) {
    case NFS_SUPER_MAGIC:
    case SMB_SUPER_MAGIC:
    case SMB2_SUPER_MAGIC:
    case CIFS_SUPER_MAGIC:
      return 1;
    default:
      return 0;
  }
}
