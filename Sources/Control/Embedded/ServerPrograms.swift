internal import Glibc
internal import Postgres
internal import SystemPackage

/// The programs of one installed PostgreSQL.
struct ServerPrograms {
  let folder: FilePath

  var initialize: FilePath { folder.appending("initdb") }
  var control: FilePath { folder.appending("pg_ctl") }

  /// The version that made the data directory; for a new one the newest that is installed.
  ///
  /// - Throws: ``EmbeddedPostgresError/notInstalled(version:)``.
  static func suiting(_ directory: FilePath) throws(EmbeddedPostgresError) -> ServerPrograms {
    let text = try? SmallFile.text(of: directory.appending("PG_VERSION"), byteCountMax: 4096)
    let version = text?.split(separator: "\n").first.map(String.init)
    let candidates = installed().filter { version == nil || $0.version == version }
    guard let best = candidates.max(by: { (Double($0.version) ?? 0) < (Double($1.version) ?? 0) }) else {
      throw .notInstalled(version: version)
    }
    return ServerPrograms(folder: best.folder)
  }

  /// Debian and Ubuntu keep every version's programs beside each other and off the PATH.
  private static func installed() -> [(version: String, folder: FilePath)] {
    var found = unsafe glob_t()
    defer { unsafe globfree(&found) }
    guard unsafe glob("/usr/lib/postgresql/*/bin/pg_ctl", 0, nil, &found) == 0 else { return [] }
    return (0..<Int(unsafe found.gl_pathc)).compactMap { index in
      guard let path = unsafe found.gl_pathv[index] else { return nil }
      let folder = FilePath(unsafe String(cString: path)).removingLastComponent()
      return folder.removingLastComponent().lastComponent.map { ($0.string, folder) }
    }
  }
}
