internal import Postgres

/// A lock on the rows of a target table, among merges.
///
/// Workers that insert and update share it: their rows have locks of their own. Who deletes has it alone, because what it
/// leaves behind, a tombstone, is not seen by a worker that inserts the same key at the same time. Held to the end of the
/// transaction, and always taken for parents before children.
enum RowsLock {
  static func share(_ target: TargetTable, on connection: inout Connection) throws {
    try take("advisory_xact_lock_shared", target, &connection)
  }

  static func alone(_ target: TargetTable, on connection: inout Connection) throws {
    try take("advisory_xact_lock", target, &connection)
  }

  /// Other merges have held the rows for longer than a statement may wait. They are at work: it is worth waiting again.
  struct Taken: Error {
    var error: PostgresError
  }

  private static func take(_ lock: String, _ target: TargetTable, _ connection: inout Connection) throws {
    let name = ["weir.rows:\(target.qualified)"]
    let activity = "wait for the rows of \(target.qualified)"
    let free = "SELECT pg_try_\(lock)(hashtextextended($1, 0))"
    if try connection.query(free, parameters: name, while: activity) == [["t"]] { return }
    var ended: PostgresError?
    do throws(PostgresError) {
      try wait("SELECT pg_\(lock)(hashtextextended($1, 0))", name, activity, &connection)
    } catch {
      ended = error
    }
    guard let ended else { return }
    if ended.sqlState == .queryCancelled { throw Taken(error: ended) }
    throw ended
  }

  /// Who has the rows alone may have them for as long as its statements take, however many: that is not what a time-out for locks is
  /// meant for.
  private static func wait(
    _ statement: String,
    _ name: [String],
    _ activity: String,
    _ connection: inout Connection
  ) throws(PostgresError) {
    let usual = try connection.query("SHOW lock_timeout", while: activity)
    try connection.executeScript("SET LOCAL lock_timeout = 0", while: activity)
    try connection.query(statement, parameters: name, while: activity)
    let value = usual.first.flatMap { $0[0] } ?? "0"
    try connection.executeScript("SET LOCAL lock_timeout = \(Literal.quoted(value))", while: activity)
  }
}
