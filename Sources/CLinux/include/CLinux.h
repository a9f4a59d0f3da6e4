#pragma once

// What Swift's own Glibc module does not hold of Linux.

/// Whether the file system of an open file is one that other machines reach too (NFS, SMB, CIFS): flock(2) and inotify(7)
/// promise less there.
///
/// Returns 1 or 0, or -1 with errno set when the kernel does not say.
int weir_is_on_network(int descriptor);

/// Renames a file unless something has the new name already.
///
/// Returns 0, or -1 with errno set, EEXIST when something is there. On a file system that cannot do it in one step the
/// file gets its new name before it loses the old one.
int weir_rename_exclusive(const char *_Nonnull path, const char *_Nonnull target);

/// Gives memory that was freed back to the system (malloc_trim(3)); glibc keeps it for the program otherwise.
void weir_give_memory_back(void);
