internal import JSONText
public import Postgres

/// Reads and writes `weir.run_metrics`. Every call waits for the server in the calling thread.
public enum RunHistory {
  /// Rows that are kept of each feed: at a run an hour half a year.
  public static let runsMax = 5000

  private static let columns = """
    began_at, finished_at, feed, run, mode, status, pages, fetched, inserted, updated, unchanged, superseded, orphaned,
    deleted, rejected, segments, bytes, answer_bytes, retries, requests, request_errors, queries, query_errors, batches,
    breaker_openings, memory_peak_bytes, memory_growth_bytes, seconds, pages_per_second, rows_per_second, request_mean_ms,
    request_p50_ms, request_p95_ms, request_p99_ms, request_parallelism, query_mean_ms, query_p95_ms, batch_mean_ms,
    batch_efficiency, waited_ms, missed, alerts, error, stages
    """

  private static let row = """
    to_jsonb(m) || jsonb_build_object('began_ms', (extract(epoch FROM began_at) * 1000)::bigint,
                                      'finished_ms', (extract(epoch FROM finished_at) * 1000)::bigint)
    """

  /// Writes the rows of one run, all or none, and takes away what is more than ``runsMax`` of a feed.
  ///
  /// - Throws: `PostgresError`.
  public static func write(_ runs: [RunMetrics], to target: DatabaseTarget) throws {
    guard !runs.isEmpty else { return }
    var connection = try Connection(to: target, applicationName: "weir", limits: .notes)
    try connection.transaction { connection in
      for run in runs {
        try connection.execute(
          """
          INSERT INTO weir.run_metrics (\(columns))
          SELECT \(columns) FROM jsonb_populate_record(NULL::weir.run_metrics, $1::jsonb)
          """,
          parameters: [run.json.encoded],
          while: "write weir.run_metrics"
        )
        try connection.execute(
          """
          DELETE FROM weir.run_metrics
           WHERE feed = $1 AND id <= (SELECT id FROM weir.run_metrics WHERE feed = $1 ORDER BY id DESC OFFSET $2 LIMIT 1)
          """,
          parameters: [run.feed, String(runsMax)],
          while: "tidy weir.run_metrics"
        )
      }
    }
  }

  /// The last runs of each feed, so many of one at most, the newest first; and the last one that ended well, where it is older
  /// than all of these.
  ///
  /// - Throws: `PostgresError`.
  public static func latest(_ limit: Int, of feeds: [String], in target: DatabaseTarget) throws -> [String:
    [RunMetrics]]
  {
    var connection = try Connection(to: target, applicationName: "weir", limits: .notes)
    var runs: [String: [RunMetrics]] = [:]
    for feed in feeds {
      let rows = try connection.query(
        """
        SELECT \(row) FROM weir.run_metrics m
         WHERE id IN (SELECT id FROM (SELECT id FROM weir.run_metrics WHERE feed = $1 ORDER BY id DESC LIMIT $2) l
                      UNION
                      SELECT max(id) FROM weir.run_metrics WHERE feed = $1 AND \(isGood))
         ORDER BY id DESC
        """,
        parameters: [feed, String(limit)],
        while: "read weir.run_metrics"
      )
      runs[feed] = parsed(rows)
    }
    return runs
  }

  /// Runs that ended well, so many at most, the newest first: of one feed, and of one mode, so that they can be compared.
  ///
  /// - Parameters:
  ///   - limit: So many at most.
  ///   - feed: Of which feed.
  ///   - isFull: Full runs, or incremental ones.
  ///   - before: Only those that ended before, in milliseconds since 1970; nil for all.
  ///   - target: The database.
  /// - Returns: None where there was none.
  /// - Throws: `PostgresError`.
  public static func good(
    _ limit: Int,
    of feed: String,
    isFull: Bool,
    before: Int? = nil,
    in target: DatabaseTarget
  ) throws -> [RunMetrics] {
    var connection = try Connection(to: target, applicationName: "weir", limits: .notes)
    let rows = try connection.query(
      """
      SELECT \(row) FROM weir.run_metrics m
       WHERE feed = $1 AND mode = $2 AND \(isGood)
         AND ($4::bigint IS NULL OR finished_at < to_timestamp($4::bigint / 1000.0))
       ORDER BY id DESC LIMIT $3
      """,
      parameters: [feed, isFull ? "full" : "incremental", String(limit), before.map { String($0) }],
      while: "read weir.run_metrics"
    )
    return parsed(rows)
  }

  private static let isGood = "status IN ('succeeded', 'missed')"

  /// All feeds of one run, in the order in which they ended.
  ///
  /// - Parameters:
  ///   - name: A feed's run as fetch named it: the run of all feeds that this feed was part of; nil for the last one.
  ///   - target: The database.
  /// - Returns: Nothing when there is no such run.
  /// - Throws: `PostgresError`.
  public static func run(_ name: String?, in target: DatabaseTarget) throws -> [RunMetrics] {
    var connection = try Connection(to: target, applicationName: "weir", limits: .notes)
    let rows = try connection.query(
      """
      SELECT \(row) FROM weir.run_metrics m
       WHERE began_at = (SELECT began_at FROM weir.run_metrics WHERE $1::text IS NULL OR run = $1 ORDER BY id DESC LIMIT 1)
       ORDER BY id
      """,
      parameters: [name],
      while: "read weir.run_metrics"
    )
    return parsed(rows)
  }

  private static func parsed(_ rows: [[String?]]) -> [RunMetrics] {
    rows.compactMap { row in
      row.first.flatMap(\.self).flatMap { try? JSONValue(parsing: $0) }.flatMap { RunMetrics(row: $0) }
    }
  }
}
