public import SystemPackage

/// Brings a database forward through a folder of numbered SQL files.
///
/// Forward only. Each file is applied once, in its own transaction together with the row that records it, so a file
/// that fails leaves nothing. Two migrators at a time wait for each other.
public struct Migrator: Sendable {
  private let schema: String

  /// - Parameter schema: Where names without a schema go; made when it is not there.
  public init(schema: String) { self.schema = schema }

  /// Applies what the database does not have yet.
  ///
  /// - Returns: File names of what was applied, in order; none when the database was up to date.
  /// - Throws: ``MigrationError`` or ``PostgresError``, which names the file.
  public func apply(directory: FilePath, on connection: inout Connection) throws -> [String] {
    let migrations = try Migration.all(in: directory)
    try connection.query("SELECT pg_advisory_lock($1)", parameters: [Self.lockKey], while: "lock the migrations")
    defer { _ = try? connection.query("SELECT pg_advisory_unlock($1)", parameters: [Self.lockKey]) }
    try prepare(&connection)
    let known = try connection.query("SELECT number, file, checksum FROM weir.migration ORDER BY number")
    for row in known {
      guard let found = migrations.first(where: { String($0.number) == row[0] }) else {
        throw MigrationError.missing(row[1] ?? "")
      }
      guard found.checksum == row[2] else { throw MigrationError.changed(found.fileName) }
    }
    let pending = migrations.filter { migration in !known.contains { $0[0] == String(migration.number) } }
    for migration in pending { try apply(migration, on: &connection) }
    return pending.map(\.fileName)
  }

  private func apply(_ migration: Migration, on connection: inout Connection) throws {
    let activity = "migration \(migration.fileName)"
    try connection.transaction { connection in
      try connection.executeScript("SET LOCAL search_path = \(Identifier.quoted(schema)), pg_temp", while: activity)
      try connection.executeScript(migration.sql, while: activity)
      try connection.query(
        "INSERT INTO weir.migration (number, file, checksum) VALUES ($1, $2, $3)",
        parameters: [String(migration.number), migration.fileName, migration.checksum],
        while: activity
      )
    }
  }

  /// The record of migrations cannot itself be a migration.
  private func prepare(_ connection: inout Connection) throws(PostgresError) {
    let statements = """
      CREATE SCHEMA IF NOT EXISTS \(Identifier.quoted(schema));
      CREATE SCHEMA IF NOT EXISTS weir;
      CREATE TABLE IF NOT EXISTS weir.migration (
        number integer PRIMARY KEY,
        file text NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp());
      """
    try connection.executeScript(statements, while: "prepare the migrations")
  }

  /// "weir" in ASCII: any number will do that no other program is likely to use.
  private static let lockKey = "2003134834"
}
