// Stands between a program and the C library, by LD_PRELOAD, and lets one call on a spool go wrong.
//
//   WEIR_FAULT_ROOT  calls on paths that begin so, and on files opened by such paths, are counted, over all threads together
//   WEIR_FAULT_LOG   a line for each of them is appended to this file: number, call, path
//   WEIR_FAULT_AT    the number of the call that goes wrong; without it none does
//   WEIR_FAULT       how: a number of errno, `kill` for the end of the process before the call, `short` for half of a write,
//                    of the first one from that call on: what an earlier fault left to be tidied up moves the calls
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { FILES = 1024, PATH_BYTES = 512, SHORT = -1, KILL = -2 };

static const char *root;
static int record = -1, at = 0, fault = 0;
static atomic_int calls, shortened;
// The paths that spool files were opened by; a test's program has few at a time.
static char opened[FILES][PATH_BYTES];

__attribute__((constructor)) static void begin(void) {
  root = getenv("WEIR_FAULT_ROOT");
  const char *log = getenv("WEIR_FAULT_LOG"), *number = getenv("WEIR_FAULT_AT"), *how = getenv("WEIR_FAULT");
  if (log) record = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (number) at = atoi(number);
  if (how) fault = strcmp(how, "kill") == 0 ? KILL : strcmp(how, "short") == 0 ? SHORT : atoi(how);
}

static int is_ours(const char *path) { return root && path && strncmp(path, root, strlen(root)) == 0; }
static const char *name_of(int file) { return file >= 0 && file < FILES && opened[file][0] ? opened[file] : NULL; }
static void remember(int file, const char *path) {
  if (file >= 0 && file < FILES) snprintf(opened[file], PATH_BYTES, "%s", path);
}

// What is to happen at this call: 0 nothing, else an errno, SHORT, or no return at all.
static int next(const char *call, const char *path) {
  int number = atomic_fetch_add(&calls, 1) + 1;
  int now = number == at ? fault : 0;
  if (fault == SHORT) {
    int is_write = strcmp(call, "write") == 0 || strcmp(call, "pwrite") == 0;
    now = at > 0 && number >= at && is_write && !atomic_exchange(&shortened, 1) ? SHORT : 0;
  }
  if (record >= 0 && (at == 0 || now != 0)) {
    char line[PATH_BYTES + 64];
    int length = snprintf(line, sizeof line, "%d %s %s\n", number, call, path);
    syscall(SYS_write, record, line, length < (int)sizeof line ? length : (int)sizeof line - 1);
  }
  if (now == KILL) syscall(SYS_kill, getpid(), SIGKILL);
  return now;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAIL(call, path, value) \
  do { \
    int error = next(call, path); \
    if (error > 0) return errno = error, value; \
  } while (0)

int open(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | O_TMPFILE)) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  if (!is_ours(path)) return REAL(open)(path, flags, mode);
  FAIL("open", path, -1);
  int file = REAL(open)(path, flags, mode);
  remember(file, path);
  return file;
}

DIR *opendir(const char *path) {
  if (!is_ours(path)) return REAL(opendir)(path);
  FAIL("opendir", path, NULL);
  DIR *stream = REAL(opendir)(path);
  if (stream) remember(dirfd(stream), path);
  return stream;
}

struct dirent *readdir(DIR *stream) {
  const char *path = name_of(dirfd(stream));
  if (path) FAIL("readdir", path, NULL);
  return REAL(readdir)(stream);
}

// Its descriptor is closed within the library, and may be another file's next.
int closedir(DIR *stream) {
  int file = dirfd(stream);
  if (name_of(file)) opened[file][0] = 0;
  return REAL(closedir)(stream);
}

int fstat(int file, struct stat *status) {
  const char *path = name_of(file);
  if (path) FAIL("fstat", path, -1);
  return REAL(fstat)(file, status);
}

int fstatat(int from, const char *path, struct stat *status, int flags) {
  if (is_ours(path)) FAIL("fstatat", path, -1);
  return REAL(fstatat)(from, path, status, flags);
}

int fstatvfs(int file, struct statvfs *status) {
  const char *path = name_of(file);
  if (path) FAIL("fstatvfs", path, -1);
  return REAL(fstatvfs)(file, status);
}

// Linux gives the descriptor back whatever close(2) answers.
int close(int file) {
  const char *path = name_of(file);
  if (!path) return REAL(close)(file);
  int error = next("close", path);
  opened[file][0] = 0;
  int result = REAL(close)(file);
  return error > 0 ? (errno = error, -1) : result;
}

ssize_t write(int file, const void *bytes, size_t count) {
  const char *path = name_of(file);
  if (!path) return REAL(write)(file, bytes, count);
  int error = next("write", path);
  if (error > 0) return errno = error, -1;
  return REAL(write)(file, bytes, error == SHORT && count > 1 ? count / 2 : count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  const char *path = name_of(file);
  if (!path) return REAL(pwrite)(file, bytes, count, offset);
  int error = next("pwrite", path);
  if (error > 0) return errno = error, -1;
  return REAL(pwrite)(file, bytes, error == SHORT && count > 1 ? count / 2 : count, offset);
}

ssize_t pread(int file, void *bytes, size_t count, off_t offset) {
  const char *path = name_of(file);
  if (path) FAIL("pread", path, -1);
  return REAL(pread)(file, bytes, count, offset);
}

int fsync(int file) {
  const char *path = name_of(file);
  if (path) FAIL("fsync", path, -1);
  return REAL(fsync)(file);
}

int flock(int file, int operation) {
  const char *path = name_of(file);
  if (path) FAIL("flock", path, -1);
  return REAL(flock)(file, operation);
}

int mkdir(const char *path, mode_t mode) {
  if (is_ours(path)) FAIL("mkdir", path, -1);
  return REAL(mkdir)(path, mode);
}

int unlink(const char *path) {
  if (is_ours(path)) FAIL("unlink", path, -1);
  return REAL(unlink)(path);
}

int rename(const char *path, const char *target) {
  if (is_ours(path)) FAIL("rename", path, -1);
  return REAL(rename)(path, target);
}

int renameat2(int from, const char *path, int to, const char *target, unsigned int flags) {
  if (is_ours(path)) FAIL("renameat2", path, -1);
  return REAL(renameat2)(from, path, to, target, flags);
}
