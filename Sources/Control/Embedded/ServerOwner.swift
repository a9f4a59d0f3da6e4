internal import Glibc
internal import Subprocess
internal import SystemPackage

/// The user that a private server runs as: ourselves, or `postgres` when we are root.
struct ServerOwner: Sendable {
  let userID: uid_t
  let groupID: gid_t
  /// nil: no change of user is needed.
  let becomes: String?

  static func suitable() throws(EmbeddedPostgresError) -> ServerOwner {
    guard geteuid() == 0 else { return ServerOwner(userID: geteuid(), groupID: getegid(), becomes: nil) }
    guard let entry = unsafe getpwnam("postgres") else { throw .noServerUser }
    return unsafe ServerOwner(userID: entry.pointee.pw_uid, groupID: entry.pointee.pw_gid, becomes: "postgres")
  }

  /// Runs a program of PostgreSQL's as this user and waits for it.
  ///
  /// - Throws: ``EmbeddedPostgresError/failed(step:words:)`` with the last line it wrote.
  func run(_ program: FilePath, _ arguments: [String], step: String) async throws {
    var command = [program.string] + arguments
    if let becomes { command = ["/usr/sbin/runuser", "-u", becomes, "--"] + command }
    let result = try await Subprocess.run(
      .path(FilePath(command[0])),
      arguments: Arguments(Array(command.dropFirst())),
      // The server's user need not be allowed into our own working directory.
      workingDirectory: "/",
      output: .string(limit: 1 << 20),
      error: .string(limit: 1 << 20)
    )
    guard !result.terminationStatus.isSuccess else { return }
    let said = result.standardError + result.standardOutput
    let lines = said.split(whereSeparator: \.isNewline).filter { $0.contains(where: { !$0.isWhitespace }) }
    let words = lines.first { $0.contains("error:") || $0.contains("FATAL") } ?? lines.last ?? "no word of why"
    throw EmbeddedPostgresError.failed(step: step, words: String(words.prefix(300)))
  }

  /// A folder that only this user may enter. One that is there already must be just that: /tmp is everybody's.
  func makeFolder(_ path: FilePath) throws(EmbeddedPostgresError) {
    if unsafe mkdir(path.string, 0o700) == 0 {
      guard unsafe lchown(path.string, userID, groupID) == 0 else {
        throw .system(Errno(rawValue: errno), call: "chown", path: path)
      }
      return
    }
    guard errno == EEXIST else { throw .system(Errno(rawValue: errno), call: "mkdir", path: path) }
    guard let found = try? path.stat(followTargetSymlink: false), found.type == .directory,
      found.userID.rawValue == userID
    else { throw .foreign(path) }
    guard unsafe chmod(path.string, 0o700) == 0 else {
      throw .system(Errno(rawValue: errno), call: "chmod", path: path)
    }
  }
}
