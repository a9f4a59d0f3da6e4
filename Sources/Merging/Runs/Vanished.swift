internal import PipelineConfig
internal import Postgres
internal import Spool
internal import Telemetry

/// Rows that a complete full run did not bring: found, and marked or removed where the feed wants that.
///
/// Nothing is concluded from what is not proof: the run must have been read to its end, every key of it must be known,
/// and those of every other feed into the table.
struct Vanished {
  let merge: FeedMerge
  let children: [ChildMerge]
  /// All other feeds into the same table.
  let others: [SeenTable]
  let footer: SegmentFooter
  let end: EndOfRun
  let totals: RunTotals
  let spool: Spool
  /// A person has said that the guard need not be asked.
  let isAllowed: Bool

  struct Finding {
    /// Live rows that were not seen and are still there; nil when that is not known.
    var unseen: Int?
    /// Rows marked or removed; nil when that was not asked, or not known.
    var deleted: Int?
    /// Rows of child feeds, put aside because their parents vanished.
    var parted = 0
    /// Why nothing is concluded though the feed wants it.
    var doubt: String?
    /// Why the guard refuses.
    var refusal: String?
  }

  private var feed: Feed { merge.feed }
  private var rule: DeletionRule { merge.feed.deletions }
  private var run: String { footer.run.description }
  private var table: String { merge.target.qualified }
  private var activity: String { "look for what run \(run) did not see" }

  func settle(on connection: inout Connection) throws -> Finding {
    guard footer.mode == .full, end.complete else { return Finding() }
    try connection.executeScript("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off", while: activity)
    // Two whole tables are compared, and the one with the keys has just been filled. Looking through all of it for every row took
    // minutes for 150,000 rows, instead of a second.
    return try connection.joiningByHash { try settled(&$0) }
  }

  private func settled(_ connection: inout Connection) throws -> Finding {
    // Alone from the count to the deletion: nobody brings a row back in between.
    if rule.vanished { try RowsLock.alone(merge.target, on: &connection) }
    guard let unseen = try unseen(&connection) else {
      return Finding(doubt: "not every key of the table's feeds is known")
    }
    let live = feed.marksRows ? "t.\(DeletionRule.markColumn) IS NULL AND " : ""
    let condition = "\(live)\(unseen.condition)"
    let count = try count(where: condition, within: unseen.gaps, &connection)
    guard rule.vanished else { return Finding(unseen: count) }
    if let doubt = try doubt(&connection) { return Finding(unseen: count, doubt: doubt) }
    guard let rejected = try RejectedKeys(feed: feed, run: footer.run, totals: totals, spool: spool) else {
      return Finding(
        unseen: count,
        doubt: "\(totals.rejectedBefore) records were rejected, and not all of their keys are known"
      )
    }
    if count == 0 {
      try forgetOrphans(&connection)
      return Finding(unseen: 0, deleted: 0)
    }
    return try delete(where: "\(condition) AND \(isOfThisRun)\(rejected.condition)", unseen: count, &connection)
  }

  /// Rows that meet a condition.
  ///
  /// Whole numbers are quickly sorted, and stand in the key's index in order: to merge the two took 42 ms of one process for 200,000
  /// keys, to join them by hash 77 ms of three.
  private func count(
    where condition: String,
    within gaps: String?,
    _ connection: inout Connection
  ) throws(PostgresError) -> Int {
    if let gaps { return try number(inGaps: gaps, where: condition, &connection) }
    let types: [ColumnType] = [.integer, .bigint]
    let sql = "SELECT count(*) FROM \(table) t WHERE \(condition)"
    guard end.records <= Self.sortedMax, feed.keyColumns.allSatisfy({ types.contains($0.type) }) else {
      return try number(sql, &connection)
    }
    return try number(sql, with: ["enable_hashjoin = off"], &connection)
  }

  /// Where spans were noted: each gap is looked up in the key's index, and only what is there is looked at.
  ///
  /// By itself the planner would do it the other way round, since it takes a gap for a two-hundredth of the table: of 1,000,000 rows with
  /// 14,285 gaps that took 20 s, and this 0.07 s.
  private func number(
    inGaps gaps: String,
    where condition: String,
    _ connection: inout Connection
  ) throws(PostgresError) -> Int {
    let key = Identifier.quoted(feed.keyColumns[0].name)
    let columns = ([key] + (feed.marksRows ? [DeletionRule.markColumn] : [])).map { "b.\($0)" }
    let sql = """
      WITH t AS MATERIALIZED (
        SELECT near.* FROM \(gaps) CROSS JOIN LATERAL (
          SELECT \(columns.joined(separator: ", ")) FROM \(table) b
          WHERE b.\(key) BETWEEN coalesce(lower(gap.keys), \(Int64.min)) AND coalesce(upper(gap.keys) - 1, \(Int64.max))
          OFFSET 0) near)
      SELECT count(*) FROM t WHERE \(condition)
      """
    return try number(sql, with: ["enable_seqscan = off"], &connection)
  }

  /// One process plans and runs the statement with these settings, and they are as they were behind it.
  private func number(
    _ sql: String,
    with settings: [String],
    _ connection: inout Connection
  ) throws(PostgresError) -> Int {
    try connection.executeScript("SAVEPOINT planned", while: activity)
    for setting in settings + ["max_parallel_workers_per_gather = 0"] {
      try connection.executeScript("SET LOCAL \(setting)", while: activity)
    }
    let count = try number(sql, &connection)
    // Going back takes the settings back; the statement has only read.
    try connection.executeScript("ROLLBACK TO SAVEPOINT planned; RELEASE SAVEPOINT planned", while: activity)
    return count
  }

  /// Above, sorting needs more memory than a session has for it.
  private static let sortedMax = 1_000_000

  private func delete(where condition: String, unseen: Int, _ connection: inout Connection) throws -> Finding {
    let count = try number("SELECT count(*) FROM \(table) t WHERE \(condition)", &connection)
    let live = feed.marksRows ? " WHERE t.\(DeletionRule.markColumn) IS NULL" : ""
    let rows = try number("SELECT count(*) FROM \(table) t\(live)", &connection)
    if !isAllowed, let refusal = rule.refusal(deleting: count, of: rows, brought: totals.fetched) {
      return Finding(unseen: unseen, refusal: refusal)
    }
    let deleted = count == 0 ? 0 : try delete(where: condition, &connection)
    guard deleted == count else {
      throw PostgresError(
        "\(deleted) of \(count) rows could be deleted: a trigger or a rule kept some",
        while: activity,
        hint: "see the table's triggers with \\d \(table), or let the feed mark rows: deletions.action",
        exitStatus: .dataError
      )
    }
    try forgetOrphans(&connection)
    var finding = Finding(unseen: unseen - deleted, deleted: deleted)
    if deleted > 0, losesChildren {
      finding.parted = try children.part(from: merge, segment: footer.label, on: &connection)
    }
    return finding
  }

  private func delete(where condition: String, _ connection: inout Connection) throws(PostgresError) -> Int {
    // Of equal versions the later run's is newer: what an older run says of the row from now on is superseded.
    let version = "regexp_replace(t.data_version, '[^ ]*$', \(Literal.quoted("\(footer.name)")))"
    let keys = feed.keyColumns.map { Identifier.quoted($0.name) }.joined(separator: ", ")
    let own = feed.keyColumns.map { "t.\(Identifier.quoted($0.name))" }.joined(separator: ", ")
    let key = merge.statement.keyText("t.", of: feed.keyColumns.map(\.name))
    var parts: [String] = []
    switch rule.action {
    case .mark:
      parts.append(
        """
        gone AS (UPDATE \(table) t SET \(DeletionRule.markColumn) = clock_timestamp(), data_version = \(version)\(feed.tracking.assignments(.deleted))
          WHERE \(condition) RETURNING \(own))
        """
      )
    case .remove:
      parts.append(
        "gone AS (DELETE FROM \(table) t WHERE \(condition) RETURNING \(own), \(key) AS _weir_key, \(version) AS _weir_version)"
      )
      parts.append(
        """
        buried AS (
          INSERT INTO weir.tombstone AS b (target, key, data_version)
          SELECT \(Literal.quoted(table)), _weir_key, _weir_version FROM gone
          ON CONFLICT (target, key) DO UPDATE SET data_version = excluded.data_version, noted_at = clock_timestamp()
          WHERE b.data_version < excluded.data_version)
        """
      )
    }
    if losesChildren {
      let staging = merge.staging.qualified
      try connection.query("TRUNCATE \(staging)", while: activity)
      parts.append("below AS (INSERT INTO \(staging) (\(keys)) SELECT \(keys) FROM gone)")
    }
    return try number("WITH \(parts.joined(separator: ",\n"))\nSELECT count(*) FROM gone", &connection)
  }

  private var losesChildren: Bool { children.contains(where: \.losesRows) }

  /// A kept child that the vendor has no more waits for nothing.
  private func forgetOrphans(_ connection: inout Connection) throws(PostgresError) {
    guard feed.parent != nil else { return }
    let key = merge.statement.keyText("s.", of: feed.keyColumns.map(\.name))
    try connection.execute(
      """
      DELETE FROM weir.orphan o WHERE o.feed = $1 AND \(Self.run(of: "o.data_version")) <= $2
        AND NOT EXISTS (SELECT FROM \(merge.seen.qualified) s WHERE \(key) = o.key)
      """,
      parameters: [feed.name, run],
      while: activity
    )
  }

  /// A row that a later run brought is none of this run's; one without a version never came from here.
  private var isOfThisRun: String {
    "t.data_version IS NOT NULL AND \(Self.run(of: "t.data_version")) <= \(Literal.quoted(run))"
  }

  /// The run that wrote a version: what follows the last space, less the sequence.
  private static func run(of version: String) -> String {
    #"regexp_replace(substring(\#(version) FROM '[^ ]*$'), '-[0-9]*$', '') COLLATE "C""#
  }

  /// Why this run's end proves nothing about rows; nil when it does.
  private func doubt(_ connection: inout Connection) throws(PostgresError) -> String? {
    if let expected = end.expected, end.records < expected {
      return "the vendor announced \(expected) records and sent \(end.records)"
    }
    let later = "SELECT max(run) FROM weir.ledger WHERE feed = $1"
    let latest = try connection.query(later, parameters: [feed.name], while: activity).first?.first ?? nil
    if let latest, latest.utf8.lexicographicallyPrecedes(run.utf8) == false, latest != run {
      return "the later run \(latest) has been merged already"
    }
    return nil
  }

  /// The rows that neither this run nor the latest full run of another feed has brought; nil when the keys of one of them are not all
  /// known.
  private func unseen(_ connection: inout Connection) throws(PostgresError) -> SeenTable.Unseen? {
    guard var unseen = try merge.seen.unseen(of: run, on: &connection) else { return nil }
    for other in others {
      switch try other.latestRun(on: &connection) {
      case .none: continue
      case .unfinished: return nil
      case .succeeded(let latest):
        guard let more = try other.unseen(of: latest, on: &connection) else { return nil }
        unseen.condition += " AND \(more.condition)"
        // The other's rows are in the gaps, all of them.
        unseen.gaps = nil
      }
    }
    return unseen
  }

  private func number(_ sql: String, _ connection: inout Connection) throws(PostgresError) -> Int {
    try connection.query(sql, while: activity).first?.first.flatMap { $0.flatMap(Int.init) } ?? 0
  }
}
