public import SystemPackage
public import Telemetry

/// Where the database is.
public enum DatabaseTarget: Sendable {
  /// A libpq URL or connection string, with a password perhaps.
  case url(Secret)
  /// The private server whose data directory this is; found by its `postmaster.pid`, so that nothing has to be told.
  case embedded(FilePath)

  /// What libpq is given.
  ///
  /// - Throws: ``PostgresError`` when the private server is not running.
  func connectionString() throws(PostgresError) -> String {
    switch self {
    case .url(let secret): secret.reveal
    case .embedded(let directory): try EmbeddedAddress(directory: directory).connectionString
    }
  }
}
