internal import Glibc
internal import SystemPackage

extension FilePath {
  /// What the path leads to, links followed.
  var isDirectory: Bool { (try? stat())?.type == .directory }
  var isFile: Bool { (try? stat())?.type == .regular }

  /// Makes the folder and those above it where they are missing, open to all to pass through.
  ///
  /// - Throws: ``EmbeddedPostgresError/system(_:call:path:)``.
  func makeFolders() throws(EmbeddedPostgresError) {
    guard !isDirectory, !components.isEmpty else { return }
    try removingLastComponent().makeFolders()
    guard unsafe mkdir(string, 0o755) == 0 || errno == EEXIST else {
      throw .system(Errno(rawValue: errno), call: "mkdir", path: self)
    }
  }
}
