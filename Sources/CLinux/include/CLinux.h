#pragma once

// What Swift's own Glibc module does not hold of Linux.

/// Whether the file system of an open file is one that other machines reach too (NFS, SMB, CIFS): flock(2) and inotify(7)
/// promise less there.
///
/// Returns 1 or 0, or -1 with errno set when the kernel does not say.
int weir_is_on_network(int descriptor);
