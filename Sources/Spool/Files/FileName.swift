internal import Glibc
internal import SystemPackage

/// What the spool does with the names of files.
enum FileName {
  /// Moves a file within the spool. What had the new name is gone in the same moment.
  static func rename(_ path: FilePath, to target: FilePath) throws(SpoolError) {
    try SpoolError.checking("rename", path) {
      unsafe path.withPlatformString { old in unsafe target.withPlatformString { unsafe Glibc.rename(old, $0) } }
    }
  }

  /// Removes a file.
  ///
  /// - Returns: False when there was none.
  @discardableResult
  static func remove(_ path: FilePath) throws(SpoolError) -> Bool {
    let result = unsafe path.withPlatformString { unsafe unlink($0) }
    if result == 0 { return true }
    if errno == ENOENT { return false }
    throw .system(Errno(rawValue: errno), call: "unlink", path: path)
  }

  /// Whether there is something of that name, a symbolic link counting as itself.
  static func exists(_ path: FilePath) throws(SpoolError) -> Bool {
    do {
      _ = try path.stat(followTargetSymlink: false)
      return true
    } catch .noSuchFileOrDirectory {
      return false
    } catch {
      throw .system(error, call: "lstat", path: path)
    }
  }
}
