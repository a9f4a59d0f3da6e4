internal import FoundationEssentials
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
      let elsewhere = try unusedFolder()
      guard unsafe symlink(elsewhere.string, directory.string) == 0 || errno == EEXIST else {
        throw EmbeddedPostgresError.system(Errno(rawValue: errno), call: "symlink", path: directory)
      }
    }
  }

  /// A folder of this server's own, with nothing in it.
  ///
  /// The data of an earlier server of the same path stays where it is: whoever deletes a checkout and makes it again gets a
  /// new database, and has lost none.
  private func unusedFolder() throws(EmbeddedPostgresError) -> FilePath {
    let first = FilePath("/var/tmp/weir-pg-\(nameHash)")
    for number in 1...Self.foldersMax {
      let folder = number == 1 ? first : FilePath("\(first)-\(number)")
      if folder.isDirectory, !isEmpty(folder) { continue }
      try owner.makeFolder(folder)
      return folder
    }
    throw .crowded(first)
  }

  /// Data folders of one path that were left, before a person has to look at them.
  private static let foldersMax = 20

  private func isEmpty(_ folder: FilePath) -> Bool {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.string).isEmpty) ?? false
  }

  private func isReachable(_ parent: FilePath) async -> Bool {
    guard owner.becomes != nil else { return true }
    return (try? await owner.run("/usr/bin/test", ["-x", parent.string], step: "look")) != nil
  }
}
