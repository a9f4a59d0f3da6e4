internal import CLinux
internal import Glibc
internal import SystemPackage

/// What the spool does with directories.
enum Directory {
  /// Makes the directory, private, or checks that the one that is there is private and ours.
  ///
  /// - Throws: ``SpoolError`` also when it is a symbolic link, somebody else's, or open to others.
  static func ensure(_ path: FilePath) throws(SpoolError) {
    if try create(path) { return }
    let status = try SpoolError.wrapping("lstat", path) { try path.stat(followTargetSymlink: false) }
    guard status.type == .directory else {
      let why = status.type == .symbolicLink ? "a symbolic link" : "not a directory"
      throw .unsafePath(path, why: "\(why), where a spool has a directory", hint: "name the directory itself")
    }
    guard status.userID.rawValue == geteuid() else {
      let hint = "run it as the user with the number \(status.userID.rawValue), or name another spool"
      throw .unsafePath(path, why: "belongs to another user", hint: hint)
    }
    guard status.permissions.isDisjoint(with: .others) else {
      let mode = String(status.permissions.rawValue & 0o7777, radix: 8)
      throw .unsafePath(path, why: "others may look into it (mode \(mode))", hint: "chmod 700 \(path)")
    }
  }

  /// Makes the directory and its name durable.
  ///
  /// - Returns: False when something of that name was there.
  static func create(_ path: FilePath) throws(SpoolError) -> Bool {
    let result = unsafe path.withPlatformString { unsafe mkdir($0, 0o700) }
    if result != 0 {
      if errno == EEXIST { return false }
      throw .system(Errno(rawValue: errno), call: "mkdir", path: path)
    }
    try sync(path.parentDirectory)
    return true
  }

  /// The names in a directory, but `.` and `..`, in no order; none when there is no directory.
  static func names(_ path: FilePath) throws(SpoolError) -> [String] {
    guard let stream = unsafe path.withPlatformString({ unsafe opendir($0) }) else {
      if errno == ENOENT { return [] }
      throw .system(Errno(rawValue: errno), call: "opendir", path: path)
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
    guard errno == 0 else { throw .system(Errno(rawValue: errno), call: "readdir", path: path) }
    return names
  }

  /// Makes durable what was created in the directory, renamed into it or removed from it.
  static func sync(_ path: FilePath) throws(SpoolError) {
    try withDescriptor(path) { descriptor throws(SpoolError) in
      try SpoolError.checking("fsync", path) { fsync(descriptor) }
    }
  }

  /// Whether other machines reach the directory too.
  static func isOnNetwork(_ path: FilePath) throws(SpoolError) -> Bool {
    try withDescriptor(path) { descriptor throws(SpoolError) in
      try SpoolError.checking("fstatfs", path) { weir_is_on_network(descriptor) } == 1
    }
  }

  @discardableResult
  private static func withDescriptor<Value>(
    _ path: FilePath,
    _ body: (Int32) throws(SpoolError) -> Value
  ) throws(SpoolError) -> Value {
    let descriptor = try SpoolError.wrapping("open", path) {
      try FileDescriptor.open(path, .readOnly, options: [.directory, .noFollow, .closeOnExec])
    }
    defer { try? descriptor.close() }
    return try body(descriptor.rawValue)
  }
}

extension FilePath {
  /// The directory that holds the name; `.` for a name alone.
  var parentDirectory: FilePath {
    let parent = removingLastComponent()
    return parent.isEmpty ? "." : parent
  }
}

extension FilePermissions {
  /// Whatever gives anybody but the owner a way in.
  fileprivate static let others: FilePermissions = [.groupReadWriteExecute, .otherReadWriteExecute]
}
