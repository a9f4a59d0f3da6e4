internal import Postgres

/// A lock on the rows of a target table, among merges.
///
/// Workers that insert and update share it: their rows have locks of their own. Who deletes has it alone, because what it
/// leaves behind, a tombstone, is not seen by a worker that inserts the same key at the same time. Held to the end of the
/// transaction, and always taken for parents before children.
enum RowsLock {
  static func share(_ target: TargetTable, on connection: inout Connection) throws(PostgresError) {
    try take("pg_advisory_xact_lock_shared", target, &connection)
  }

  static func alone(_ target: TargetTable, on connection: inout Connection) throws(PostgresError) {
    try take("pg_advisory_xact_lock", target, &connection)
  }

  private static func take(
    _ function: String,
    _ target: TargetTable,
    _ connection: inout Connection
  ) throws(PostgresError) {
    try connection.query(
      "SELECT \(function)(hashtextextended($1, 0))",
      parameters: ["weir.rows:\(target.qualified)"],
      while: "wait for the rows of \(target.qualified)"
    )
  }
}
