internal import PipelineConfig
internal import Postgres

/// Takes out what merge noted so long ago that nobody needs it.
///
/// Once a day for each feed, after a run, and a bounded number of rows at a time, so that no run waits long for it; what is
/// left over goes another day.
struct History {
  let keep: HistorySettings
  /// How long the spool may hold a segment that was merged: as long its row in the ledger is needed.
  let spoolKeeps: Duration
  let feed: String
  /// The target's quoted name, as tombstones have it.
  let target: String

  init(_ pipeline: Pipeline, _ merge: FeedMerge) {
    keep = pipeline.database.keep
    let spool = pipeline.spool.keep
    spoolKeeps = max(spool.fetched.time, spool.hashed.time, spool.staged.time)
    feed = merge.feed.name
    target = merge.target.qualified
  }

  /// Rows of one table that go at once, at most.
  static let rowsMax = 50_000

  /// - Returns: How many rows of each table went; nil when it is not time yet.
  func prune(on connection: inout Connection) throws -> [String: Int]? {
    try connection.transaction { connection throws(PostgresError) in
      let turn = try connection.execute(
        """
        UPDATE weir.sync_state SET pruned_at = clock_timestamp()
        WHERE feed = $1 AND (pruned_at IS NULL OR pruned_at < clock_timestamp() - interval '1 day')
        """,
        parameters: [feed],
        while: activity
      )
      guard turn == 1 else { return nil }
      var gone: [String: Int] = [:]
      gone["ledger"] = try delete(
        from: "ledger",
        where: """
          feed = $1 AND merged_at < \(time("$2"))
            AND run < coalesce((SELECT max(run) FROM weir.ledger WHERE feed = $1 AND mode = 'full'), '~')
          """,
        [feed, seconds(max(keep.ledger, spoolKeeps + .seconds(86_400)))],
        &connection
      )
      gone["sync_log"] = try delete(
        from: "sync_log",
        where: """
          feed = $1 AND finished_at < \(time("$2")) AND id <> (SELECT max(id) FROM weir.sync_log WHERE feed = $1)
            AND run IS DISTINCT FROM (SELECT max(run) FROM weir.sync_log WHERE feed = $1 AND mode = 'full')
          """,
        [feed, seconds(keep.log)],
        &connection
      )
      gone["tombstone"] = try delete(
        from: "tombstone",
        where: "target = $1 AND noted_at < \(time("$2"))",
        [target, seconds(max(keep.tombstones, spoolKeeps + .seconds(86_400)))],
        &connection
      )
      gone["change_log"] = try delete(
        from: "change_log",
        where: "feed = $1 AND changed_at < \(time("$2"))",
        [feed, seconds(keep.changes)],
        &connection
      )
      gone["orphan"] = try delete(
        from: "orphan",
        where: "feed = $1 AND coalesce(parted_at, kept_at) < \(time("$2"))",
        [feed, seconds(keep.orphans)],
        &connection
      )
      return gone
    }
  }

  private var activity: String { "take out what is old of feed \(feed)" }

  private func time(_ parameter: String) -> String { "clock_timestamp() - \(parameter)::float8 * interval '1 second'" }

  private func seconds(_ duration: Duration) -> String { String(duration / .seconds(1)) }

  private func delete(
    from table: String,
    where condition: String,
    _ parameters: [String],
    _ connection: inout Connection
  ) throws(PostgresError) -> Int {
    try connection.execute(
      """
      DELETE FROM weir.\(table) WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM weir.\(table) WHERE \(condition) LIMIT \(Self.rowsMax)))
      """,
      parameters: parameters,
      while: activity
    )
  }
}
