internal import FoundationEssentials
internal import Postgres
internal import Telemetry

/// What the service keeps in the database of one pipeline.
///
/// Each call opens a session of its own and waits for the server on a thread that may wait: it is called when a run begins
/// or ends and when somebody asks, not more.
struct ServiceStore: Sendable {
  let target: DatabaseTarget
  let tenant: String
  /// All feeds of the pipeline.
  let feeds: [String]
  /// Who this service is, among those that may have the same database: the machine and the spool.
  let owner: String

  /// A service that has not been heard of for so long has ended, or lost its database.
  static let leaseTime = Duration.seconds(120)

  /// What a service finds when it starts.
  struct Found: Sendable {
    var values: [SettingKey: String]
    var nextAt: Date?
    var lastRun: ServiceRun?
    /// Of all feeds.
    var lastTurn: ServiceRun?
    /// Of all feeds.
    var lastSuccess: ServiceRun?
    /// The run that was under way when the service before this one ended.
    var interrupted: ServiceRun?
    /// The run that somebody had asked for, and that had not begun.
    var waiting: ServiceRun?
  }

  func inSession<Value: Sendable>(
    _ body: @escaping @Sendable (inout Connection) throws -> Value
  ) async throws -> Value {
    let target = target
    return try await offThePool {
      var connection = try Connection(to: target, applicationName: "weir serve", limits: .notes)
      return try body(&connection)
    }
  }

  /// Takes the pipeline's name for this service, or keeps it: of several services with one database, one has it.
  ///
  /// - Throws: ``ServiceError/nameTaken(_:by:)`` while another service that lives has it; `PostgresError`.
  func hold() async throws {
    try await inSession { connection in try hold(&connection) }
  }

  func hold(_ connection: inout Connection) throws {
    let row = try connection.query(
      """
      INSERT INTO weir.service_state AS s (tenant, owner, seen_at) VALUES ($1, $2, clock_timestamp())
      ON CONFLICT (tenant) DO UPDATE
        SET seen_at = CASE WHEN s.owner = $2 OR s.owner IS NULL OR s.seen_at < clock_timestamp() - make_interval(secs => $3)
                           THEN clock_timestamp() ELSE s.seen_at END,
            owner = CASE WHEN s.owner IS NULL OR s.seen_at < clock_timestamp() - make_interval(secs => $3)
                         THEN $2 ELSE s.owner END
      RETURNING owner
      """,
      parameters: [tenant, owner, String(Self.leaseTime.components.seconds)],
      while: "write weir.service_state"
    ).first
    let holder = row?.first.flatMap(\.self) ?? ""
    guard holder == owner else { throw ServiceError.nameTaken(tenant, by: holder) }
  }

  /// Takes the name, reads everything, and closes the run that nobody ends any more.
  func start() async throws -> Found {
    let (tenant, feeds) = (tenant, feeds.joined(separator: ","))
    return try await inSession { connection in
      try hold(&connection)
      let interrupted = try Self.runs(
        &connection,
        """
        UPDATE weir.service_run SET status = 'interrupted', finished_at = clock_timestamp(),
                                    error = 'the service ended while it ran'
         WHERE tenant = $1 AND status = 'running'
        RETURNING \(Self.runColumns)
        """,
        [tenant]
      ).first
      // One at a time waits. What a service could not call off, its database being away, is not begun weeks later.
      try connection.execute(
        """
        UPDATE weir.service_run SET status = 'stopped', finished_at = clock_timestamp(),
                                    error = 'another run was asked for meanwhile'
         WHERE tenant = $1 AND status = 'waiting'
           AND id <> (SELECT id FROM weir.service_run WHERE tenant = $1 AND status = 'waiting'
                       ORDER BY started_at DESC LIMIT 1)
        """,
        parameters: [tenant],
        while: "write weir.service_run"
      )
      return Found(
        values: try Self.settings(&connection, tenant),
        nextAt: try connection.query(
          "SELECT extract(epoch FROM next_at) FROM weir.service_state WHERE tenant = $1",
          parameters: [tenant],
          while: "read weir.service_state"
        ).first.flatMap { Self.date($0[0]) },
        lastRun: try Self.runs(&connection, Self.latest(where: Self.hasEnded), [tenant, "1", "0"]).first,
        lastTurn: try Self.runs(
          &connection,
          Self.latest(where: "\(Self.hasEnded) AND \(Self.isWhole)"),
          [tenant, "1", "0", feeds]
        ).first,
        lastSuccess: try Self.runs(
          &connection,
          Self.latest(where: "\(Self.isCurrent) AND \(Self.isWhole)"),
          [tenant, "1", "0", feeds]
        ).first,
        interrupted: interrupted,
        waiting: try Self.runs(&connection, Self.latest(where: "status = 'waiting'"), [tenant, "1", "0"]).first
      )
    }
  }

  private static func settings(_ connection: inout Connection, _ tenant: String) throws -> [SettingKey: String] {
    let rows = try connection.query(
      "SELECT setting_key, setting_value FROM weir.sync_settings WHERE tenant = $1",
      parameters: [tenant],
      while: "read weir.sync_settings"
    )
    var values: [SettingKey: String] = [:]
    for row in rows { if let key = row[0].flatMap(SettingKey.init) { values[key] = row[1] } }
    return values
  }

  /// It was a run, or a turn of the schedule that was called off; what somebody asked for and called off was neither.
  private static let hasEnded = """
    status NOT IN ('waiting', 'running')
      AND (exit_status IS NOT NULL OR status = 'interrupted' OR trigger <> 'manual')
    """

  /// As `ServiceRun.isCurrent`.
  private static let isCurrent = "(status = 'succeeded' OR exit_status = \(ExitStatus.targetMissed.rawValue))"

  /// As `ServiceRun.covers`; `$4` are the pipeline's feeds.
  private static let isWhole = "string_to_array(feeds, ',') @> string_to_array($4, ',')"

  /// All of them or none.
  func set(_ changes: [(key: SettingKey, value: String)], by actor: String) async throws {
    let tenant = tenant
    try await inSession { connection in
      try connection.transaction { connection in
        for (key, value) in changes {
          try connection.execute(
            """
            INSERT INTO weir.sync_settings (tenant, setting_key, setting_value, updated_by) VALUES ($1, $2, $3, $4)
            ON CONFLICT (tenant, setting_key) DO UPDATE
              SET setting_value = excluded.setting_value, updated_by = excluded.updated_by,
                  updated_at = clock_timestamp()
            """,
            parameters: [tenant, key.rawValue, value, actor],
            while: "write weir.sync_settings"
          )
        }
      }
    }
  }

  func setNext(_ next: Date?) async throws {
    let tenant = tenant
    try await inSession { connection in
      _ = try connection.execute(
        """
        INSERT INTO weir.service_state (tenant, next_at) VALUES ($1, to_timestamp($2::double precision))
        ON CONFLICT (tenant) DO UPDATE SET next_at = excluded.next_at, updated_at = clock_timestamp()
        """,
        parameters: [tenant, next.map { String($0.timeIntervalSince1970) }],
        while: "write weir.service_state"
      )
    }
  }

  /// Lines of the audit log that are kept of each pipeline: so many of what was done, and so many of what was refused, so that
  /// whoever may do nothing does not push out what others did.
  private static let auditMax = 100_000

  /// Writes down who did what, and takes away what is more than ``auditMax``.
  func audit(actor: String, action: String, status: Int, detail: String?) async throws {
    let tenant = tenant
    try await inSession { connection in
      _ = try connection.execute(
        "INSERT INTO weir.service_audit (tenant, actor, action, status, detail) VALUES ($1, $2, $3, $4, $5)",
        parameters: [tenant, actor, action, String(status), detail],
        while: "write weir.service_audit"
      )
      _ = try connection.execute(
        """
        DELETE FROM weir.service_audit
         WHERE tenant = $1 AND (status >= 400) = $3::boolean
           AND id <= (SELECT id FROM weir.service_audit WHERE tenant = $1 AND (status >= 400) = $3::boolean
                       ORDER BY id DESC OFFSET $2 LIMIT 1)
        """,
        parameters: [tenant, String(Self.auditMax), status >= 400 ? "t" : "f"],
        while: "tidy weir.service_audit"
      )
    }
  }

  static func date(_ epoch: String?) -> Date? { epoch.flatMap(Double.init).map { Date(timeIntervalSince1970: $0) } }
}
