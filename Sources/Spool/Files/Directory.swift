internal import Glibc
internal import SystemPackage

/// What the spool does with directories.
enum Directory {
  /// Makes the directory, private, or checks that the one that is there is private and ours.
  ///
  /// - Throws: ``SpoolError`` also when it is a symbolic link, somebody else's, or open to others.
  static func ensure(_ path: FilePath) throws(SpoolError) {
    if try create(path) { return }
    let status = try SpoolError.wrapping("lstat", path) { () throws(Errno) in
      try Files.current.status(path, followsLink: false)
    }
    guard status.kind == .directory else {
      let why = status.kind == .symbolicLink ? "a symbolic link" : "not a directory"
      throw .unsafePath(path, why: "\(why), where a spool has a directory", hint: "name the directory itself")
    }
    guard status.userID == geteuid() else {
      let hint = "run it as the user with the number \(status.userID), or name another spool"
      throw .unsafePath(path, why: "belongs to another user", hint: hint)
    }
    // Whatever gives anybody but the owner a way in.
    guard status.permissions & 0o077 == 0 else {
      let mode = String(status.permissions, radix: 8)
      throw .unsafePath(path, why: "others may look into it (mode \(mode))", hint: "chmod 700 \(path)")
    }
  }

  /// Makes the directory and its name durable.
  ///
  /// - Returns: False when something of that name was there.
  static func create(_ path: FilePath) throws(SpoolError) -> Bool {
    do throws(Errno) {
      try Files.current.makeDirectory(path)
    } catch .fileExists {
      return false
    } catch {
      throw .system(error, call: "mkdir", path: path)
    }
    try sync(path.parentDirectory)
    return true
  }

  /// Puts a new directory in the place of an empty one, in one step: who comes by its name finds the one or the other.
  ///
  /// What was moved out of the old one must be where it went before the old one is gone for good, so those directories are
  /// made durable first, and once more for what was moved meanwhile.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - neighbours: Directories to which its files move.
  /// - Returns: False when something is in it, or another program was first.
  /// - Throws: ``SpoolError``.
  static func renew(_ path: FilePath, neighbours: [FilePath]) throws(SpoolError) -> Bool {
    let fresh = path.parentDirectory.appending(".\(path.lastComponent?.string ?? "").new")
    // One that a crash has left is as good.
    try ensure(fresh)
    for neighbour in neighbours { try sync(neighbour) }
    do throws(Errno) {
      try Files.current.rename(fresh, to: path)
    } catch .directoryNotEmpty, .fileExists, .noSuchFileOrDirectory {
      // Without the new one, somebody else has just done it.
      return false
    } catch {
      throw .system(error, call: "rename", path: fresh)
    }
    for neighbour in neighbours { try sync(neighbour) }
    try sync(path.parentDirectory)
    return true
  }

  /// The names in a directory, but `.` and `..`, in no order; none when there is no directory.
  static func names(_ path: FilePath) throws(SpoolError) -> [String] {
    do throws(Errno) {
      return try Files.current.names(in: path)
    } catch .noSuchFileOrDirectory {
      return []
    } catch {
      throw .system(error, call: "readdir", path: path)
    }
  }

  /// Makes durable what was created in the directory, renamed into it or removed from it.
  static func sync(_ path: FilePath) throws(SpoolError) {
    try withDescriptor(path) { files, descriptor throws(SpoolError) in
      try SpoolError.wrapping("fsync", path) { () throws(Errno) in try files.sync(descriptor) }
    }
  }

  /// Whether other machines reach the directory too.
  static func isOnNetwork(_ path: FilePath) throws(SpoolError) -> Bool {
    try withDescriptor(path) { files, descriptor throws(SpoolError) in
      try SpoolError.wrapping("fstatfs", path) { () throws(Errno) in try files.isOnNetwork(descriptor) }
    }
  }

  /// Bytes that may still be written to the directory's file system.
  static func freeBytes(_ path: FilePath) throws(SpoolError) -> Int {
    try withDescriptor(path) { files, descriptor throws(SpoolError) in
      try SpoolError.wrapping("fstatvfs", path) { () throws(Errno) in try files.freeBytes(descriptor) }
    }
  }

  private static func withDescriptor<Value>(
    _ path: FilePath,
    _ body: (any FileOperations, Int32) throws(SpoolError) -> Value
  ) throws(SpoolError) -> Value {
    let files = Files.current
    let descriptor = try SpoolError.wrapping("open", path) { () throws(Errno) in
      try uninterrupted { () throws(Errno) in try files.open(path, .readOnly, [.directory]) }
    }
    defer { files.close(descriptor) }
    return try body(files, descriptor)
  }
}

extension FilePath {
  /// The directory that holds the name; `.` for a name alone.
  var parentDirectory: FilePath {
    let parent = removingLastComponent()
    return parent.isEmpty ? "." : parent
  }
}
