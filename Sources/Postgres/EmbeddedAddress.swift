public import SystemPackage

/// The address of a running private server, read from the file that the server itself writes.
///
/// `postmaster.pid` has one value a line: process, data directory, start, port, socket directory, …
/// Source: PostgreSQL `src/include/utils/pidfile.h`.
public struct EmbeddedAddress: Equatable, Sendable {
  public var processID: Int32
  public var port: Int
  public var socketDirectory: String

  /// The role and the database that the private server is made with.
  public static let role = "weir"
  public static let database = "weir"

  /// - Throws: ``PostgresError`` when there is no such file or it is of a server still starting.
  public init(directory: FilePath) throws(PostgresError) {
    let file = directory.appending("postmaster.pid")
    let lines =
      (try? SmallFile.text(of: file, byteCountMax: Self.byteCountMax))?.split(
        separator: "\n",
        omittingEmptySubsequences: false
      ) ?? []
    guard lines.count >= 5, let processID = Int32(lines[0]), let port = Int(lines[3]), !lines[4].isEmpty else {
      throw PostgresError(
        "the private database server is not running",
        while: "connect to \(directory)",
        hint: "start it with: weir db up"
      )
    }
    self.processID = processID
    self.port = port
    socketDirectory = String(lines[4])
  }

  /// For libpq, and for a person's psql.
  public var connectionString: String {
    "host=\(socketDirectory) port=\(port) user=\(Self.role) dbname=\(Self.database)"
  }

  /// Eight short lines; a file that is longer is something else.
  static let byteCountMax = 8 << 10
}
