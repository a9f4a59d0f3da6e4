import Telemetry
import TestSupport
import Testing

@testable import Postgres

@Suite(.postgres)
struct ConnectionTests {
  @Test("parameters arrive as they are: NULL, quotes, backslashes, emoji, line breaks")
  func parameters() throws {
    var connection = try #require(TestDatabase.current).connect()
    let texts: [String?] = [nil, "", "it's \\ \"quoted\"", "🏡 é\u{301}", "a\nb\tc\r"]
    let list = texts.indices.map { "$\($0 + 1)::text" }.joined(separator: ", ")
    #expect(try connection.query("SELECT \(list)", parameters: texts) == [texts])
  }

  @Test("a NUL never reaches libpq, in a statement or in a parameter")
  func noNUL() throws {
    var connection = try #require(TestDatabase.current).connect()
    var caught: PostgresError?
    do { try connection.query("SELECT $1::text", parameters: ["a\0b"]) } catch { caught = error }
    #expect(caught?.exitStatus == .dataError)
    caught = nil
    do { try connection.query("SELECT 1;\0 DROP TABLE x") } catch { caught = error }
    #expect(caught?.exitStatus == .dataError)
    #expect(try connection.query("SELECT 1") == [["1"]])
  }

  @Test("a session writes times in UTC, searches pg_catalog first and lets nobody wait for ever")
  func settings() throws {
    let target = try #require(TestDatabase.current).target
    var connection = try Connection(to: target, applicationName: "weir-merge")
    #expect(try connection.query("SELECT '2026-01-02T03:04:05+05:00'::timestamptz") == [["2026-01-01 22:04:05+00"]])
    #expect(try connection.query("SHOW search_path") == [["pg_catalog, pg_temp"]])
    #expect(try connection.query("SHOW lock_timeout") == [["30s"]])
    #expect(try connection.query("SHOW client_connection_check_interval") == [["1s"]])
    #expect(try connection.query("SHOW application_name") == [["weir-merge"]])
    #expect(try connection.query("SHOW client_encoding") == [["UTF8"]])
  }

  @Test("a transaction that throws leaves nothing and the session can be used")
  func rollback() throws {
    var connection = try #require(TestDatabase.current).connect()
    try connection.query("CREATE TABLE item (id integer)")
    #expect(throws: PostgresError.self) {
      try connection.transaction { connection throws(PostgresError) in
        try connection.query("INSERT INTO item VALUES (1)")
        try connection.query("INSERT INTO item VALUES ('x')")
      }
    }
    #expect(try connection.query("SELECT count(*) FROM item") == [["0"]])
  }

  @Test("a commit that the server turned into a rollback is an error")
  func hollowCommit() throws {
    var connection = try #require(TestDatabase.current).connect()
    try connection.query("CREATE TABLE item (id integer)")
    #expect(throws: PostgresError.self) {
      try connection.transaction { connection throws(PostgresError) in
        try connection.query("INSERT INTO item VALUES (1)")
        // Swallowed on purpose: the transaction is void from here on.
        _ = try? connection.query("SELECT 1/0")
      }
    }
    #expect(try connection.query("SELECT count(*) FROM item") == [["0"]])
  }

  @Test("identifiers hold whatever a name may hold", arguments: ["a b", "Order", "x\"y", "select", "ü"])
  func identifiers(name: String) throws {
    var connection = try #require(TestDatabase.current).connect()
    try connection.query("CREATE TABLE \(Identifier.qualified("public", name)) (\(Identifier.quoted(name)) integer)")
    let found = try connection.query("SELECT relname FROM pg_class WHERE relname = $1", parameters: [name])
    #expect(found == [[name]])
  }

  @Test("a session that the server ended is a transient error and is known to be broken")
  func lost() throws {
    let database = try #require(TestDatabase.current)
    var victim = try database.connect()
    let process = try victim.query("SELECT pg_backend_pid()")[0][0]
    var other = try database.connect()
    try other.query("SELECT pg_terminate_backend($1)", parameters: [process])
    var caught: PostgresError?
    // The message may take a moment to arrive; the statement after it must fail.
    for _ in 0..<50 where caught == nil {
      do { try victim.query("SELECT pg_sleep(0.05)") } catch { caught = error }
    }
    #expect(caught?.isTransient == true)
    let isBroken = victim.isBroken
    #expect(isBroken)
  }
}
