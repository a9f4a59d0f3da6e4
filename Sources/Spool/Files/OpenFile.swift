internal import SystemPackage

/// An open file, with the path it was opened by for errors to name.
///
/// Symbolic links are not followed and children do not inherit it: a lock of a worker that died must not live on in a
/// child.
struct OpenFile: ~Copyable {
  let path: FilePath
  private let files: any FileOperations
  private let descriptor: Int32

  /// - Throws: ``SpoolError``; also when the path is not an ordinary file.
  init(
    _ path: FilePath,
    _ mode: FileDescriptor.AccessMode = .readOnly,
    options: FileDescriptor.OpenOptions = []
  ) throws(SpoolError) {
    let files = Files.current
    let descriptor = try SpoolError.wrapping("open", path) { () throws(Errno) in
      try uninterrupted { () throws(Errno) in try files.open(path, mode, options) }
    }
    do throws(SpoolError) {
      let status = try SpoolError.wrapping("fstat", path) { () throws(Errno) in try files.status(descriptor) }
      guard status.kind == .file else {
        throw SpoolError.unsafePath(path, why: "not an ordinary file", hint: "move it out of the spool")
      }
    } catch {
      files.close(descriptor)
      throw error
    }
    self.path = path
    self.files = files
    self.descriptor = descriptor
  }

  deinit { files.close(descriptor) }

  func status() throws(SpoolError) -> FileStatus {
    try SpoolError.wrapping("fstat", path) { () throws(Errno) in try files.status(descriptor) }
  }

  /// Whether the path still leads to this very file.
  func isStill(at path: FilePath) throws(SpoolError) -> Bool {
    let mine = try status()
    guard let there = try FileName.status(path) else { return false }
    return there.isSame(as: mine)
  }

  /// Takes the lock on the file, which ends when the file is closed, also by the end of the process.
  ///
  /// - Returns: False when another descriptor has it. It is never false when `waits`.
  func lock(waits: Bool = false) throws(SpoolError) -> Bool {
    do throws(Errno) {
      try uninterrupted { () throws(Errno) in try files.lock(descriptor, waits: waits) }
      return true
    } catch .wouldBlock {
      return false
    } catch {
      throw .system(error, call: "flock", path: path)
    }
  }

  func unlock() { files.unlock(descriptor) }

  /// Reads into a part of an array.
  ///
  /// - Returns: How many bytes; at the file's end none, and fewer than there is room for whenever the system likes.
  func read(at offset: Int, into bytes: inout [UInt8], _ part: Range<Int>) throws(SpoolError) -> Int {
    do throws(Errno) {
      return try uninterrupted { () throws(Errno) in
        try unsafe bytes.withUnsafeMutableBufferPointer { buffer throws(Errno) in
          let room = unsafe UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[part]))
          return try unsafe files.read(descriptor, at: offset, into: room)
        }
      }
    } catch {
      throw .system(error, call: "read", path: path)
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
    try unsafe writeAll(bytes, "write") { rest, _ throws(Errno) in try unsafe files.write(descriptor, rest) }
  }

  /// Writes all bytes at a place of the file.
  func write(_ bytes: Span<UInt8>, at offset: Int) throws(SpoolError) {
    try unsafe writeAll(bytes, "pwrite") { rest, written throws(Errno) in
      try unsafe files.write(descriptor, rest, at: offset + written)
    }
  }

  /// Goes on where the system stopped short, and where a signal came between.
  private func writeAll(
    _ bytes: Span<UInt8>,
    _ call: String,
    _ write: (_ rest: UnsafeRawBufferPointer, _ written: Int) throws(Errno) -> Int
  ) throws(SpoolError) {
    do throws(Errno) {
      try unsafe bytes.withUnsafeBytes { buffer throws(Errno) in
        var written = 0
        while written < bytes.count {
          let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
          written += try uninterrupted { () throws(Errno) in try unsafe write(rest, written) }
        }
      }
    } catch {
      throw .system(error, call: call, path: path)
    }
  }

  /// Waits until the content is on the disk. After an error the content is lost: the kernel takes it for written, and a
  /// second call would succeed.
  func sync() throws(SpoolError) {
    try SpoolError.wrapping("fsync", path) { () throws(Errno) in try files.sync(descriptor) }
  }
}
