internal import Postgres

/// Questions to `weir.sync_log`.
enum SyncLog {
  private static func connection(_ target: DatabaseTarget) throws -> Connection {
    try Connection(to: target, applicationName: "weir")
  }

  /// The last run, the last success and the watermark of every feed that has run.
  static func runs(in target: DatabaseTarget) throws -> [String: FeedStatus.Runs] {
    var connection = try connection(target)
    let rows = try connection.query(
      """
      SELECT l.feed, l.run, l.status, s.watermark,
             (SELECT extract(epoch FROM clock_timestamp() - max(o.finished_at))::bigint
                FROM weir.sync_log o WHERE o.feed = l.feed AND o.status = 'succeeded')
        FROM (SELECT DISTINCT ON (feed) feed, run, status
                FROM weir.sync_log ORDER BY feed, id DESC) l
        LEFT JOIN weir.sync_state s ON s.feed = l.feed
      """,
      while: "read weir.sync_log"
    )
    var runs: [String: FeedStatus.Runs] = [:]
    for row in rows {
      guard let feed = row[0] else { continue }
      let age = row[4].flatMap(Int.init)
      runs[feed] = .init(lastRun: row[1], lastStatus: row[2], successAgeSeconds: age, watermark: row[3])
    }
    return runs
  }

  /// What the last run of every feed found.
  static func lastCounts(in target: DatabaseTarget) throws -> [String: MatchCounts] {
    var connection = try connection(target)
    let rows = try connection.query(
      """
      SELECT DISTINCT ON (feed) feed, coalesce(run, ''), status, fetched, inserted, updated, unchanged, superseded, rejected
        FROM weir.sync_log
       ORDER BY feed, id DESC
      """,
      while: "read weir.sync_log"
    )
    var counts: [String: MatchCounts] = [:]
    for row in rows {
      guard let feed = row[0] else { continue }
      let numbers = row[3...].map { $0.flatMap { Int($0) } ?? 0 }
      counts[feed] = MatchCounts(
        run: row[1] ?? "",
        status: row[2] ?? "",
        fetched: numbers[0],
        inserted: numbers[1],
        updated: numbers[2],
        unchanged: numbers[3],
        superseded: numbers[4],
        rejected: numbers[5]
      )
    }
    return counts
  }

  /// The newest runs first.
  static func latest(_ limit: Int, feed: String?, in target: DatabaseTarget) throws -> [LogRow] {
    var connection = try connection(target)
    let rows = try connection.query(
      """
      SELECT to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), feed, run, mode, status,
             extract(epoch FROM finished_at - started_at)::numeric(12,1), fetched, inserted, updated, unchanged,
             rejected, error, json_strip_nulls(row_to_json(l))
        FROM weir.sync_log l
       WHERE $1::text IS NULL OR feed = $1
       ORDER BY id DESC
       LIMIT $2
      """,
      parameters: [feed, String(limit)],
      while: "read weir.sync_log"
    )
    return rows.map(LogRow.init)
  }
}
