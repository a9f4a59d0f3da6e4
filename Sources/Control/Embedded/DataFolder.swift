internal import Glibc
internal import SystemPackage

/// Makes the place where a private server keeps its data.
struct DataFolder {
  let directory: FilePath
  let owner: ServerOwner
  let nameHash: String

  /// An empty folder at the directory's path, or, where the server's user cannot get there, a link to one elsewhere.
  ///
  /// A checkout in root's home is such a place: nobody else may look into it.
  func make() async throws {
    let parent = directory.removingLastComponent()
    try parent.makeFolders()
    if await isReachable(parent) {
      try owner.makeFolder(directory)
    } else {
      let elsewhere = FilePath("/var/tmp/weir-pg-\(nameHash)")
      try owner.makeFolder(elsewhere)
      guard unsafe symlink(elsewhere.string, directory.string) == 0 || errno == EEXIST else {
        throw EmbeddedPostgresError.system(Errno(rawValue: errno), call: "symlink", path: directory)
      }
    }
  }

  private func isReachable(_ parent: FilePath) async -> Bool {
    guard owner.becomes != nil else { return true }
    return (try? await owner.run("/usr/bin/test", ["-x", parent.string], step: "look")) != nil
  }
}
