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
