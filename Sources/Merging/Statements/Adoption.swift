internal import PipelineConfig
internal import Postgres

/// Loads kept children whose parent has come, by the same statement that loads every other row.
struct Adoption {
  let child: ChildMerge

  /// What stands in the place of a segment's name for rows that none of them brings.
  static let segment = "adopted"

  private var statement: MergeStatement { child.merge.statement }

  /// Which kept children to try.
  enum Choice {
    /// Those of the parents in this staging table: what a segment of the parent's feed has just brought.
    case parentsIn(StagingTable, key: Column)
    /// All: a parent may also have come by another way, or in the moment in which its child was kept.
    case all
  }

  /// To be called inside the transaction that brought the parents.
  ///
  /// A kept child that PostgreSQL refuses stays kept, with the reason, and is not tried again by itself: it must not stop
  /// the parents.
  ///
  /// - Returns: Rows inserted or updated, those of feeds below among them.
  func run(_ choice: Choice, on connection: inout Connection) throws -> Int {
    let own = try adopt(choice, on: &connection)
    guard own > 0 else { return 0 }
    // What was loaded stands in the staging table, and is itself a parent to others.
    return own
      + (try child.children.adopt(from: statement.staging, key: child.merge.feed.keyColumns[0], on: &connection))
  }

  private func adopt(_ choice: Choice, on connection: inout Connection) throws -> Int {
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
      WHERE o.feed = $1 AND o.refused IS NULL AND \(condition(choice))
      """,
      parameters: [feed],
      while: activity
    )
    guard staged > 0 else { return 0 }
    try RowsLock.alone(statement.target, on: &connection)
    let scope = MergeStatement.Scope(segment: Self.segment, isAlone: true)
    do {
      let outcome = try connection.attempt { try statement.run(scope, on: &$0, while: activity) }
      return outcome.inserted + outcome.updated
    } catch let error as PostgresError where error.isDataError {
      let sieve = Sieve(statement: statement, scope: scope, activity: activity, refusedMax: Self.refusedMax)
      let (outcome, refused) = try sieve.run(sieve.places(on: &connection), on: &connection)
      for row in refused { try note(row, &connection) }
      return outcome.inserted + outcome.updated
    }
  }

  /// Kept children with a reason each; more in one go are left for the next time.
  private static let refusedMax = 10_000

  private func note(_ row: Sieve.Refused, _ connection: inout Connection) throws(PostgresError) {
    let key = statement.keyText("s.", of: statement.feed.keyColumns.map(\.name))
    try connection.execute(
      "UPDATE weir.orphan o SET refused = $3 FROM \(statement.staging.qualified) s "
        + "WHERE o.feed = $1 AND s.ctid = $2::tid AND o.key = \(key)",
      parameters: [statement.feed.name, row.place, row.error.reasonWithState],
      while: "note why an orphan is refused"
    )
  }

  private func condition(_ choice: Choice) -> String {
    switch choice {
    case .parentsIn(let parents, let key):
      "o.parent_key IN (SELECT p.\(Identifier.quoted(key.name))::text FROM \(parents.qualified) p "
        + "WHERE p.data_hash IS NOT NULL)"
    case .all:
      "true"
    }
  }
}
