internal import PipelineConfig
internal import Postgres

/// Loads kept children whose parent has come, by the same statement that loads every other row.
struct Adoption {
  /// Of the child feed.
  let statement: MergeStatement

  /// Which kept children to try.
  enum Choice {
    /// Those of the parents in this staging table: what a segment of the parent's feed has just brought.
    case parentsIn(StagingTable, key: Column)
    /// All: a parent may also have come by another way, or in the moment in which its child was kept.
    case all
  }

  /// To be called inside the transaction that brought the parents.
  ///
  /// - Returns: Rows inserted or updated.
  func run(_ choice: Choice, on connection: inout Connection) throws(PostgresError) -> Int {
    let feed = statement.feed.name
    let activity = "adopt the orphans of feed \(feed)"
    let any = "SELECT EXISTS (SELECT FROM weir.orphan WHERE feed = $1)"
    guard try connection.query(any, parameters: [feed], while: activity) == [["t"]] else { return 0 }

    let staging = statement.staging.qualified
    try connection.query("TRUNCATE \(staging)", while: activity)
    let staged = try connection.execute(
      """
      INSERT INTO \(staging) SELECT r.* FROM weir.orphan o
        CROSS JOIN LATERAL jsonb_populate_record(NULL::\(staging), o.staged) r
      WHERE o.feed = $1 AND \(condition(choice))
      """,
      parameters: [feed],
      while: activity
    )
    guard staged > 0 else { return 0 }
    let outcome = try statement.run(on: &connection, segment: "adopted", noting: nil, while: activity)
    return outcome.inserted + outcome.updated
  }

  private func condition(_ choice: Choice) -> String {
    switch choice {
    case .parentsIn(let parents, let key):
      "o.parent_key IN (SELECT p.\(Identifier.quoted(key.name))::text FROM \(parents.qualified) p)"
    case .all:
      "true"
    }
  }
}
