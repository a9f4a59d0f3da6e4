internal import CLibPQ
internal import Telemetry

extension Connection {
  /// Makes sure that this session has one process of the server for itself, until it is closed.
  ///
  /// Behind a pooler that shares processes between transactions (PgBouncer's `pool_mode = transaction`), locks of a session
  /// would be another client's, tables that it emptied would hold another one's rows, and its settings would stay with
  /// whoever comes next. Whether there is a pooler is told by the process number that was given for cancelling: a pooler
  /// makes it up. Whether it shares is told by a second session: two that are open at once have two processes, or share one.
  ///
  /// - Throws: ``PostgresError`` with status 78 when processes are shared.
  public mutating func requireOwnProcess(of target: DatabaseTarget) throws(PostgresError) {
    let announced = unsafe PQbackendPID(handle)
    let first = try process()
    guard first != String(announced) else { return }
    var other = try Connection(to: target, applicationName: "weir", limits: limits)
    for _ in 0..<Self.looks {
      let (second, again) = (try other.process(), try process())
      guard second == first || again != first else { continue }
      // The settings of a session would stay in a process that others use.
      _ = try? other.query("RESET ALL")
      _ = try? query("RESET ALL")
      throw PostgresError(
        "the pooler in between shares sessions among clients (pool_mode = transaction or statement)",
        while: "connect",
        hint: "connect to the server itself, or to a pool with pool_mode = session",
        exitStatus: .config
      )
    }
  }

  /// A pooler with other clients may by chance give different processes once.
  private static let looks = 5

  private mutating func process() throws(PostgresError) -> String? {
    try query("SELECT pg_backend_pid()", while: "look whose process this is").first?.first ?? nil
  }
}
