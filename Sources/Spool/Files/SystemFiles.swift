internal import CLinux
internal import Glibc
internal import SystemPackage

/// The machine's own file system, by system calls.
struct SystemFiles: FileOperations {
  func open(
    _ path: FilePath,
    _ mode: FileDescriptor.AccessMode,
    _ options: FileDescriptor.OpenOptions
  ) throws(Errno) -> Int32 {
    // Not blocking: opening a pipe that somebody put there would wait for its other end.
    let always: FileDescriptor.OpenOptions = [.noFollow, .closeOnExec, .nonBlocking]
    let flags = mode.rawValue | options.union(always).rawValue
    return try Self.checked { unsafe path.withPlatformString { unsafe Glibc.open($0, flags, 0o600) } }
  }

  func close(_ file: Int32) { Glibc.close(file) }

  func read(_ file: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    try Self.checked { unsafe pread(file, buffer.baseAddress, buffer.count, off_t(offset)) }
  }

  func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int {
    try Self.checked { unsafe Glibc.write(file, bytes.baseAddress, bytes.count) }
  }

  func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Errno) -> Int {
    try Self.checked { unsafe pwrite(file, bytes.baseAddress, bytes.count, off_t(offset)) }
  }

  func sync(_ file: Int32) throws(Errno) { try Self.checked { fsync(file) } }

  func lock(_ file: Int32, waits: Bool) throws(Errno) {
    try Self.checked { flock(file, waits ? LOCK_EX : LOCK_EX | LOCK_NB) }
  }

  func unlock(_ file: Int32) { flock(file, LOCK_UN) }

  func status(_ file: Int32) throws(Errno) -> FileStatus {
    var status = stat()
    try Self.checked { unsafe fstat(file, &status) }
    return FileStatus(status)
  }

  func status(_ path: FilePath, followsLink: Bool) throws(Errno) -> FileStatus {
    var status = stat()
    try Self.checked {
      unsafe path.withPlatformString { unsafe fstatat(AT_FDCWD, $0, &status, followsLink ? 0 : AT_SYMLINK_NOFOLLOW) }
    }
    return FileStatus(status)
  }

  func rename(_ path: FilePath, to target: FilePath) throws(Errno) {
    try Self.checked {
      unsafe path.withPlatformString { old in unsafe target.withPlatformString { unsafe Glibc.rename(old, $0) } }
    }
  }

  func rename(_ path: FilePath, toFree target: FilePath) throws(Errno) {
    try Self.checked {
      unsafe path.withPlatformString { old in
        unsafe target.withPlatformString { unsafe weir_rename_exclusive(old, $0) }
      }
    }
  }

  func remove(_ path: FilePath) throws(Errno) {
    try Self.checked { unsafe path.withPlatformString { unsafe unlink($0) } }
  }

  func makeDirectory(_ path: FilePath) throws(Errno) {
    try Self.checked { unsafe path.withPlatformString { unsafe mkdir($0, 0o700) } }
  }

  func names(in directory: FilePath) throws(Errno) -> [String] {
    guard let stream = unsafe directory.withPlatformString({ unsafe opendir($0) }) else {
      throw Errno(rawValue: errno)
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else { break }
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw Errno(rawValue: errno) }
    return names
  }

  func makePrivate(_ directory: FilePath) throws(Errno) {
    try Self.checked { unsafe directory.withPlatformString { unsafe chmod($0, 0o700) } }
  }

  func isOnNetwork(_ directory: Int32) throws(Errno) -> Bool {
    try Self.checked { weir_is_on_network(directory) } == 1
  }

  func freeBytes(_ directory: Int32) throws(Errno) -> Int {
    var status = statvfs()
    try Self.checked { unsafe fstatvfs(directory, &status) }
    return Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
  }

  /// The result of a C function that answers -1 and sets errno.
  @discardableResult
  private static func checked<Number: SignedInteger>(_ body: () -> Number) throws(Errno) -> Number {
    let result = body()
    guard result >= 0 else { throw Errno(rawValue: errno) }
    return result
  }
}

extension FileStatus {
  fileprivate init(_ status: stat) {
    let kind: Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      case S_IFLNK: .symbolicLink
      default: .other
      }
    self.init(
      kind: kind,
      device: UInt64(status.st_dev),
      inode: UInt64(status.st_ino),
      size: Int(status.st_size),
      storedBytes: Int(status.st_blocks) * 512,
      userID: status.st_uid,
      permissions: status.st_mode & 0o7777,
      modifiedAt: status.st_mtim.tv_sec,
      changedAt: status.st_ctim.tv_sec
    )
  }
}
