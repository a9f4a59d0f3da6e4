import TestSupport
import Testing

@testable import Postgres

@Suite(.postgres)
struct CopyTests {
  @Test("rows written in any block size all arrive", arguments: [1, 7, 4096, 300_000])
  func blockSizes(blockByteCount: Int) throws {
    var connection = try #require(TestDatabase.current).connect()
    try connection.query("CREATE UNLOGGED TABLE item (id bigint, name text)")
    let rows = Array((1...10_000).map { "\($0)\tname \($0)\n" }.joined().utf8)
    let accepted = try connection.copy("COPY item FROM STDIN", while: "COPY item") { writer in
      for start in stride(from: 0, to: rows.count, by: blockByteCount) {
        try writer.write(rows.span.extracting(start..<min(start + blockByteCount, rows.count)))
      }
    }
    #expect(accepted == 10_000)
    #expect(try connection.query("SELECT sum(id) FROM item") == [["50005000"]])
  }

  struct BadRow: CustomTestStringConvertible {
    var text: String
    var sqlState: String
    var testDescription: String { text.debugDescription }
  }

  @Test(
    "a malformed row is named by its SQLSTATE and line, its text is not quoted, and the session stays usable",
    arguments: [
      BadRow(text: "1\tone\tsecret\n", sqlState: "22P04"), BadRow(text: "1\n", sqlState: "22P04"),
      BadRow(text: "9999999999999999999\tsecret\n", sqlState: "22003"),
      BadRow(text: "2\tsecret\u{0}\n", sqlState: "22021"),
    ]
  )
  func malformed(row: BadRow) throws {
    var connection = try #require(TestDatabase.current).connect()
    try connection.query("CREATE UNLOGGED TABLE item (id bigint, name text)")
    var caught: PostgresError?
    do {
      _ = try connection.copy("COPY item FROM STDIN", while: "COPY item") { writer in
        try writer.write(Array("1\tfine\n".utf8).span)
        try writer.write(Array(row.text.utf8).span)
      }
    } catch { caught = error as? PostgresError }
    #expect(caught?.sqlState?.rawValue == row.sqlState)
    #expect(caught?.isDataError == true)
    #expect(caught?.message.contains("line 2") == true, "\(String(describing: caught))")
    #expect(caught?.message.contains("secret") == false)
    #expect(try connection.query("SELECT count(*) FROM item") == [["0"]])
  }

  struct Stop: Error {}

  @Test("a body that throws cancels the COPY; its own error comes out")
  func cancelled() throws {
    var connection = try #require(TestDatabase.current).connect()
    try connection.query("CREATE UNLOGGED TABLE item (id bigint)")
    #expect(throws: Stop.self) {
      _ = try connection.copy("COPY item FROM STDIN", while: "COPY item") { writer in
        try writer.write(Array("1\n".utf8).span)
        throw Stop()
      }
    }
    #expect(try connection.query("SELECT count(*) FROM item") == [["0"]])
  }

  @Test("a line of backslash and full stop ends a COPY early: the count tells")
  func earlyEnd() throws {
    var connection = try #require(TestDatabase.current).connect()
    try connection.query("CREATE UNLOGGED TABLE item (id bigint)")
    let accepted = try connection.copy("COPY item FROM STDIN", while: "COPY item") { writer in
      try writer.write(Array("1\n\\.\n2\n3\n".utf8).span)
    }
    #expect(accepted == 1, "three rows were sent; this is why the merge compares")
  }

  @Test("a server that goes away in the middle of a COPY ends it with a transient error")
  func lost() throws {
    let database = try #require(TestDatabase.current)
    var connection = try database.connect()
    try connection.query("CREATE UNLOGGED TABLE item (id bigint)")
    let process = try connection.query("SELECT pg_backend_pid()")[0][0]
    var caught: PostgresError?
    do {
      _ = try connection.copy("COPY item FROM STDIN", while: "COPY item") { writer in
        var other = try database.connect()
        try other.query("SELECT pg_terminate_backend($1)", parameters: [process])
        let rows = Array(repeating: UInt8(ascii: "1"), count: 10) + [0x0A]
        for _ in 0..<1_000_000 { try writer.write(rows.span) }
      }
    } catch { caught = error as? PostgresError }
    #expect(caught?.isTransient == true, "\(String(describing: caught))")
  }
}
