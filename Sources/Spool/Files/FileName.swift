internal import SystemPackage

/// What the spool does with the names of files.
enum FileName {
  /// Moves a file within the spool. What had the new name is gone in the same moment.
  static func rename(_ path: FilePath, to target: FilePath) throws(SpoolError) {
    try SpoolError.wrapping("rename", path) { () throws(Errno) in try Files.current.rename(path, to: target) }
  }

  /// Moves a file within the spool to a name that nothing has.
  ///
  /// - Throws: ``SpoolError/occupied(_:)`` when something has it.
  static func rename(_ path: FilePath, toFree target: FilePath) throws(SpoolError) {
    do throws(Errno) {
      try Files.current.rename(path, toFree: target)
    } catch .fileExists {
      throw .occupied(target)
    } catch {
      throw .system(error, call: "rename", path: path)
    }
  }

  /// Removes a file.
  ///
  /// - Returns: False when there was none.
  @discardableResult
  static func remove(_ path: FilePath) throws(SpoolError) -> Bool {
    do throws(Errno) {
      try Files.current.remove(path)
      return true
    } catch .noSuchFileOrDirectory {
      return false
    } catch {
      throw .system(error, call: "unlink", path: path)
    }
  }

  /// What is under that name, a symbolic link counting as itself unless it is followed; nil when there is nothing.
  static func status(_ path: FilePath, followsLink: Bool = false) throws(SpoolError) -> FileStatus? {
    do throws(Errno) {
      return try Files.current.status(path, followsLink: followsLink)
    } catch .noSuchFileOrDirectory, .notDirectory {
      return nil
    } catch {
      throw .system(error, call: "lstat", path: path)
    }
  }
}
