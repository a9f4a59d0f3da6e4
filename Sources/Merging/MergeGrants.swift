public import PipelineConfig
internal import Postgres
internal import Telemetry

/// What the role that merges has to be allowed, and no more.
///
/// Another role owns the tables: it runs `weir db migrate` and `weir db index`. The role that merges reads and writes rows,
/// and makes tables of its own in the schema `weir`. It can change no table of the vendor's data and make none.
public struct MergeGrants: Sendable {
  private let pipeline: Pipeline
  private let role: String

  public init(_ pipeline: Pipeline, role: String) {
    self.pipeline = pipeline
    self.role = role
  }

  /// Grants it, in one transaction; safe to call again, and to be called again when a feed or a table is new.
  ///
  /// What another role has made for merging is dropped: the role could not empty it. It is made anew by the next merge, and
  /// which keys a full run brought is known again after the next full run.
  ///
  /// - Parameter isDry: Only says what it would do.
  /// - Returns: The statements, in order.
  /// - Throws: `PostgresError`: no such role, a table that is not there, or rights that this role has not itself.
  public func apply(isDry: Bool = false) throws -> [String] {
    var connection = try Connection(to: pipeline.database.target, applicationName: "weir db grant")
    let statements = try statements(&connection)
    guard !isDry else { return statements }
    try connection.transaction { connection throws(PostgresError) in
      for statement in statements { try connection.query(statement, while: "grant \(role) what merging needs") }
    }
    return statements
  }

  private func statements(_ connection: inout Connection) throws(PostgresError) -> [String] {
    let schema = pipeline.database.schema
    let activity = "look at what \(role) may do"
    guard
      try connection.query("SELECT FROM pg_roles WHERE rolname = $1", parameters: [role], while: activity).count == 1
    else {
      throw PostgresError(
        "there is no role \(role)",
        while: activity,
        hint: "make it first: CREATE ROLE \(Identifier.quoted(role)) LOGIN PASSWORD '...'",
        exitStatus: .config
      )
    }
    let own = try connection.query(
      """
      SELECT quote_ident(c.relname), c.relname ~ '^(stg|ask|seen)_', c.relowner = r.oid FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace, pg_roles r
      WHERE n.nspname = 'weir' AND c.relkind = 'r' AND r.rolname = $1 ORDER BY 1
      """,
      parameters: [role],
      while: activity
    )
    let name = Identifier.quoted(role)
    let rows = "GRANT SELECT, INSERT, UPDATE, DELETE ON"
    var statements = [
      "GRANT USAGE ON SCHEMA \(Identifier.quoted(schema)) TO \(name)", "GRANT USAGE, CREATE ON SCHEMA weir TO \(name)",
    ]
    for row in own {
      let table = "weir.\(row[0] ?? "")"
      if row[1] == "f" {
        statements.append(
          table == "weir.migration" ? "GRANT SELECT ON \(table) TO \(name)" : "\(rows) \(table) TO \(name)"
        )
      } else if row[2] == "f" {
        statements.append("DROP TABLE \(table)")
      }
    }
    for table in Set(pipeline.feeds.map(\.table)).sorted() {
      statements.append("\(rows) \(Identifier.qualified(schema, table)) TO \(name)")
    }
    return statements
  }
}
