import Glibc
import Postgres
import TestSupport
import Testing

/// A server that is there and does nothing any more.
@Suite(.postgres)
struct HaltedServerTests {
  /// Halts a session's process while it waits, and lets it go on when `body` is done.
  private func halting(_ process: pid_t, when event: String, _ body: () throws -> Void) throws {
    var other = try #require(TestDatabase.current).connect()
    let look = "SELECT wait_event FROM pg_stat_activity WHERE pid = $1"
    // It is halted where it holds nothing that other sessions of the server could want.
    while try other.query(look, parameters: ["\(process)"]) != [[event]] { usleep(2_000) }
    kill(process, SIGSTOP)
    defer { kill(process, SIGCONT) }
    try body()
  }

  @Test("a COPY that the server takes no more of is given up after the time set for it")
  func copy() throws {
    let database = try #require(TestDatabase.current)
    var connection = try Connection(
      to: database.target,
      applicationName: "weir test",
      limits: SessionLimits(copy: .milliseconds(400))
    )
    try connection.query("CREATE TABLE public.item (name text)")
    let process = try #require(try connection.query("SELECT pg_backend_pid()")[0][0].flatMap { pid_t($0) })
    let piece = Array((String(repeating: "a", count: 1023) + "\n").utf8)
    let clock = ContinuousClock()
    var begin = clock.now
    let caught = #expect(throws: PostgresError.self) {
      _ = try connection.copy("COPY public.item FROM STDIN", while: "COPY item") { writer in
        try halting(process, when: "ClientRead") {
          begin = clock.now
          for _ in 0..<10_000 { try writer.write(piece.span) }
        }
      }
    }
    #expect(
      caught?.isTransient == true && caught?.message.contains("COPY item: the server did nothing for 0.4 s") == true
    )
    #expect(clock.now - begin < .seconds(10), "and not when the network would have noticed")
    let isBroken = connection.isBroken
    #expect(isBroken)
  }

  @Test("a statement that takes longer than is set for it is ended by the server, and the session goes on")
  func statement() throws {
    let database = try #require(TestDatabase.current)
    let limits = SessionLimits(statement: .milliseconds(200))
    var connection = try Connection(to: database.target, applicationName: "weir test", limits: limits)
    let caught = #expect(throws: PostgresError.self) { try connection.query("SELECT pg_sleep(60)") }
    #expect(caught?.sqlState == .queryCancelled && caught?.isTransient == true)
    #expect(try connection.query("SELECT 1") == [["1"]])
  }
}
