internal import FoundationEssentials
internal import Postgres

extension ServiceStore {
  static let runColumns = """
    id, trigger, requested_by, feeds, is_full, attempt, status, extract(epoch FROM started_at),
    extract(epoch FROM finished_at), fetched, inserted, updated, unchanged, deleted, rejected, failed, error, exit_status
    """

  /// The newest first: of a tenant, so many, after so many.
  static func latest(where condition: String) -> String {
    """
    SELECT \(runColumns) FROM weir.service_run WHERE tenant = $1 AND \(condition)
     ORDER BY started_at DESC LIMIT $2 OFFSET $3
    """
  }

  static func runs(
    _ connection: inout Connection,
    _ question: String,
    _ parameters: [String?]
  ) throws(PostgresError) -> [ServiceRun] {
    try connection.query(question, parameters: parameters, while: "read weir.service_run").compactMap(run)
  }

  private static func run(_ row: [String?]) -> ServiceRun? {
    guard row.count == 18, let id = row[0], let trigger = row[1].flatMap(ServiceRun.Trigger.init),
      let status = row[6].flatMap(ServiceRun.Status.init), let started = date(row[7])
    else { return nil }
    let numbers = row[9...15].map { $0.flatMap { Int($0) } ?? 0 }
    var run = ServiceRun(
      id: id,
      trigger: trigger,
      feeds: (row[3] ?? "").split(separator: ",").map(String.init),
      startedAt: started
    )
    run.requestedBy = row[2]
    run.isFull = row[4] == "t"
    run.attempt = row[5].flatMap { Int($0) } ?? 0
    run.status = status
    run.finishedAt = date(row[8])
    run.counts.fetched = numbers[0]
    run.counts.inserted = numbers[1]
    run.counts.updated = numbers[2]
    run.counts.unchanged = numbers[3]
    run.counts.deleted = numbers[4]
    run.counts.rejected = numbers[5]
    run.counts.failed = numbers[6]
    run.error = row[16]
    run.exitStatus = row[17].flatMap { Int($0) }
    return run
  }

  /// Runs that are kept of each pipeline: at a run an hour more than a year.
  private static let runsMax = 10_000

  /// Writes down how a run stands, and takes away those that are more than ``runsMax`` when one begins. Done twice, it is the same.
  ///
  /// One that is under way closes what an earlier one left open: there is one service, and one run at a time.
  func save(_ run: ServiceRun) async throws { try await write(run, asHolder: false) }

  /// The same of a run that begins, unless another service has taken the pipeline over meanwhile.
  ///
  /// - Throws: ``ServiceError/nameTaken(_:by:)``; ``ServiceError/hasEnded(run:)`` when the other one has run it; `PostgresError`.
  func begin(_ run: ServiceRun) async throws { try await write(run, asHolder: true) }

  private func write(_ run: ServiceRun, asHolder: Bool) async throws {
    let (tenant, parameters) = (tenant, parameters(run))
    let closesOthers = run.status == .running
    try await inSession { connection in
      try connection.transaction { connection in
        if asHolder { try hold(&connection) }
        if closesOthers {
          try connection.execute(
            """
            UPDATE weir.service_run SET status = 'interrupted', finished_at = clock_timestamp()
             WHERE tenant = $1 AND status = 'running' AND id <> $2
            """,
            parameters: [tenant, run.id],
            while: "write weir.service_run"
          )
        }
        let open = asHolder ? " WHERE weir.service_run.status IN ('waiting', 'running')" : ""
        let written = try connection.execute(
          "\(Self.insert) ON CONFLICT (id) DO UPDATE \(Self.change)\(open)",
          parameters: parameters,
          while: "write weir.service_run"
        )
        if written == 0 { throw ServiceError.hasEnded(run: parameters[0] ?? "") }
        guard closesOthers else { return }
        try connection.execute(
          """
          DELETE FROM weir.service_run
           WHERE tenant = $1 AND started_at <= (SELECT started_at FROM weir.service_run WHERE tenant = $1
                                                 ORDER BY started_at DESC OFFSET $2 LIMIT 1)
          """,
          parameters: [tenant, String(Self.runsMax)],
          while: "tidy weir.service_run"
        )
      }
    }
  }

  /// Writes down a run that somebody has asked for. When the same run has begun meanwhile, or ended, that stays.
  func ask(for run: ServiceRun) async throws {
    let parameters = parameters(run)
    try await inSession { connection in
      _ = try connection.execute(
        "\(Self.insert) ON CONFLICT (id) DO NOTHING",
        parameters: parameters,
        while: "write weir.service_run"
      )
    }
  }

  private func parameters(_ run: ServiceRun) -> [String?] {
    let counts = run.counts
    let numbers = [
      counts.fetched, counts.inserted, counts.updated, counts.unchanged, counts.deleted, counts.rejected, counts.failed,
    ]
    return [
      run.id, tenant, run.trigger.rawValue, run.requestedBy, run.feeds.joined(separator: ","),
      run.isFull ? "t" : "f", String(run.attempt), run.status.rawValue,
      String(run.startedAt.timeIntervalSince1970), run.finishedAt.map { String($0.timeIntervalSince1970) },
    ] + numbers.map { String($0) } + [run.error, run.exitStatus.map { String($0) }]
  }

  private static let insert = """
    INSERT INTO weir.service_run (id, tenant, trigger, requested_by, feeds, is_full, attempt, status, started_at,
                                  finished_at, fetched, inserted, updated, unchanged, deleted, rejected, failed, error,
                                  exit_status)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9::double precision), to_timestamp($10::double precision),
            $11, $12, $13, $14, $15, $16, $17, $18, $19)
    """

  private static let change = """
    SET status = excluded.status, started_at = excluded.started_at, finished_at = excluded.finished_at,
        fetched = excluded.fetched, inserted = excluded.inserted, updated = excluded.updated,
        unchanged = excluded.unchanged, deleted = excluded.deleted, rejected = excluded.rejected,
        failed = excluded.failed, error = excluded.error, exit_status = excluded.exit_status
    """

  /// Runs, the newest first, and how many there are.
  func runs(limit: Int, offset: Int) async throws -> (runs: [ServiceRun], total: Int) {
    let tenant = tenant
    return try await inSession { connection in
      let runs = try Self.runs(&connection, Self.latest(where: "true"), [tenant, String(limit), String(offset)])
      let total = try connection.query(
        "SELECT count(*) FROM weir.service_run WHERE tenant = $1",
        parameters: [tenant],
        while: "count weir.service_run"
      )
      return (runs, total.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? 0)
    }
  }

  func run(id: String) async throws -> ServiceRun? {
    let tenant = tenant
    return try await inSession { connection in
      try Self.runs(
        &connection,
        "SELECT \(Self.runColumns) FROM weir.service_run WHERE tenant = $1 AND id = $2",
        [tenant, id]
      ).first
    }
  }

  /// The median length in seconds of the last runs that succeeded; nil when none did.
  func usualSeconds() async throws -> Double? {
    let tenant = tenant
    return try await inSession { connection in
      let rows = try connection.query(
        """
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at))
          FROM (SELECT started_at, finished_at FROM weir.service_run
                 WHERE tenant = $1 AND status = 'succeeded' ORDER BY started_at DESC LIMIT 20) r
        """,
        parameters: [tenant],
        while: "read weir.service_run"
      )
      return rows.first?.first.flatMap { $0 }.flatMap { Double($0) }
    }
  }

  /// Rows of `weir.sync_log` of these feeds as JSON objects, the newest first, and how many there are.
  func logs(limit: Int, offset: Int, feeds: [String]) async throws -> (rows: [String], total: Int) {
    // As PostgreSQL writes an array; feeds' names need no quotes.
    let names = "{\(feeds.joined(separator: ","))}"
    return try await inSession { connection in
      let rows = try connection.query(
        """
        SELECT row_to_json(l) FROM (
          SELECT id, feed, run, mode AS sync_type, status, started_at, finished_at,
                 round(extract(epoch FROM finished_at - started_at), 3) AS duration_seconds,
                 coalesce(processed, 0) AS processed, coalesce(inserted, 0) + coalesce(updated, 0) AS updated,
                 coalesce(failed, 0) + coalesce(rejected, 0) AS failed,
                 CASE WHEN coalesce(fetched, 0) > 0
                      THEN round(least(processed, fetched)::numeric / fetched, 4) END AS success_rate,
                 watermark, error AS error_message
            FROM weir.sync_log WHERE feed = ANY ($3::text[]) ORDER BY id DESC LIMIT $1 OFFSET $2) l
        """,
        parameters: [String(limit), String(offset), names],
        while: "read weir.sync_log"
      )
      let total = try connection.query(
        "SELECT count(*) FROM weir.sync_log WHERE feed = ANY ($1::text[])",
        parameters: [names],
        while: "count weir.sync_log"
      )
      return (rows.compactMap { $0[0] }, total.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? 0)
    }
  }

  /// Who did what, as JSON objects, the newest first.
  func audits(limit: Int, offset: Int) async throws -> [String] {
    let tenant = tenant
    return try await inSession { connection in
      try connection.query(
        """
        SELECT row_to_json(a) FROM (
          SELECT id, at, actor, action, status, detail FROM weir.service_audit
           WHERE tenant = $1 ORDER BY id DESC LIMIT $2 OFFSET $3) a
        """,
        parameters: [tenant, String(limit), String(offset)],
        while: "read weir.service_audit"
      ).compactMap { $0[0] }
    }
  }
}
