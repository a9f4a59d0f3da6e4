internal import Glibc
internal import SystemPackage

/// An open file, with the path it was opened by for errors to name.
///
/// Symbolic links are not followed and children do not inherit it: a lock of a worker that died must not live on in a
/// child.
struct OpenFile: ~Copyable {
  let path: FilePath
  private let descriptor: FileDescriptor

  /// - Throws: ``SpoolError``; also when the path is not an ordinary file.
  init(
    _ path: FilePath,
    _ mode: FileDescriptor.AccessMode = .readOnly,
    options: FileDescriptor.OpenOptions = []
  ) throws(SpoolError) {
    let descriptor = try SpoolError.wrapping("open", path) { () throws -> FileDescriptor in
      // Not blocking: opening a pipe that somebody put there would wait for its other end.
      let options = options.union([.noFollow, .closeOnExec, .nonBlocking])
      return try FileDescriptor.open(path, mode, options: options, permissions: .ownerReadWrite)
    }
    do throws(SpoolError) {
      let status = try SpoolError.wrapping("fstat", path) { try descriptor.stat() }
      guard status.type == .regular else {
        throw SpoolError.unsafePath(path, why: "not an ordinary file", hint: "move it out of the spool")
      }
    } catch {
      try? descriptor.close()
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { try? descriptor.close() }

  func status() throws(SpoolError) -> Stat { try SpoolError.wrapping("fstat", path) { try descriptor.stat() } }

  /// Whether the path still leads to this very file.
  func isStill(at path: FilePath) throws(SpoolError) -> Bool {
    let mine = try status()
    guard let there = try? path.stat(followTargetSymlink: false) else { return false }
    return there.inode == mine.inode && there.deviceID == mine.deviceID
  }

  /// Takes the lock on the file, which ends when the file is closed, also by the end of the process.
  ///
  /// - Returns: False when another descriptor has it. It is never false when `waits`.
  func lock(waits: Bool = false) throws(SpoolError) -> Bool {
    while flock(descriptor.rawValue, waits ? LOCK_EX : LOCK_EX | LOCK_NB) != 0 {
      switch errno {
      case EWOULDBLOCK: return false
      case EINTR: continue
      case let code: throw .system(Errno(rawValue: code), call: "flock", path: path)
      }
    }
    return true
  }

  func unlock() { flock(descriptor.rawValue, LOCK_UN) }

  /// Reads into a part of an array.
  ///
  /// - Returns: How many bytes; at the file's end none, and fewer than there is room for whenever the system likes.
  func read(at offset: Int, into bytes: inout [UInt8], _ part: Range<Int>) throws(SpoolError) -> Int {
    try SpoolError.wrapping("read", path) {
      try unsafe bytes.withUnsafeMutableBytes { buffer in
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[part])
        return try unsafe descriptor.read(fromAbsoluteOffset: Int64(offset), into: room)
      }
    }
  }

  /// The bytes from `offset` on; fewer when the file ends before.
  func bytes(at offset: Int, count: Int) throws(SpoolError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = try read(at: offset + filled, into: &bytes, filled..<count)
      if got == 0 { break }
      filled += got
    }
    return Array(bytes[..<filled])
  }

  /// Writes all bytes at the place where the last writing ended.
  func write(_ bytes: Span<UInt8>) throws(SpoolError) {
    try SpoolError.wrapping("write", path) {
      try unsafe bytes.withUnsafeBytes { buffer in
        var written = 0
        while written < bytes.count {
          let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
          written += try unsafe descriptor.write(rest)
        }
      }
    }
  }

  /// Writes all bytes at a place of the file.
  func write(_ bytes: Span<UInt8>, at offset: Int) throws(SpoolError) {
    try SpoolError.wrapping("pwrite", path) {
      try unsafe bytes.withUnsafeBytes { buffer in
        _ = try unsafe descriptor.writeAll(toAbsoluteOffset: Int64(offset), buffer)
      }
    }
  }

  /// Waits until the content is on the disk. After an error the content is lost: the kernel takes it for written, and a
  /// second call would succeed.
  func sync() throws(SpoolError) { try SpoolError.checking("fsync", path) { fsync(descriptor.rawValue) } }
}
