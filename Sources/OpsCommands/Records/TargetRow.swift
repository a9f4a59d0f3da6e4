internal import PipelineConfig
internal import Postgres
internal import Spool

/// Questions to a feed's own table.
enum TargetRow {
  /// The row of a key, as `weir spool where` prints it: feed, `table`, the table's name, version and hash.
  ///
  /// A key that cannot be of the columns' types has no row.
  static func lines(of key: [String], in feed: Feed, _ schema: String, _ target: DatabaseTarget) throws -> [[String]] {
    let conditions = feed.keyColumns.enumerated().map { "\(Postgres.Identifier.quoted($1.name)) = $\($0 + 1)" }
    let table = "\(Postgres.Identifier.quoted(schema)).\(Postgres.Identifier.quoted(feed.table))"
    let question = "SELECT data_version, data_hash FROM \(table) WHERE \(conditions.joined(separator: " AND "))"
    do {
      let rows = try ask(question, key, feed.table, target)
      return rows.map { [feed.name, "table", feed.table, "version=\($0[0] ?? "-") hash=\($0[1] ?? "-")"] }
    } catch {
      guard error.sqlState?.errorClass == "22" else { throw error }
      return []
    }
  }

  private static func ask(
    _ question: String,
    _ key: [String],
    _ table: String,
    _ target: DatabaseTarget
  ) throws(PostgresError) -> [[String?]] {
    var connection = try Connection(to: target, applicationName: "weir spool where")
    return try connection.query(question, parameters: key, while: "read \(table)")
  }
}
