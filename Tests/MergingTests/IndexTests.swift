import Foundation
import PipelineConfig
import Postgres
import TestSupport
import Testing

@testable import Merging

/// `weir db index`: what the feeds' tables want, built without locking anybody out.
@Suite(.postgres)
struct IndexTests {
  typealias Fixture = MergeFixture

  static let feeds = [
    Fixture.feed(
      "home",
      table: "home",
      columns: #""id": "bigint", "changed": "timestamptz""#,
      more: #", "cursor": "changed", "deletions": { "action": "mark" }"#
    ),
    Fixture.feed(
      "photo",
      table: "photo",
      columns: #""id": "bigint", "home": "bigint", "at": { "from": "/changed", "type": "timestamptz" }"#,
      more: #", "cursor": "changed", "parent": { "feed": "home", "field": "home" }"#
    ),
  ].joined(separator: ", ")

  static let tables = [
    "CREATE TABLE home (id bigint PRIMARY KEY, changed timestamptz, deleted_at timestamptz, data_hash text, data_version text)",
    "CREATE TABLE photo (id bigint, home bigint, at timestamptz, data_hash text, data_version text)",
  ]

  func fixture() throws -> Fixture { try Fixture(feeds: Self.feeds, tables: Self.tables) }

  func run(_ fixture: Fixture) throws -> [String] {
    var lines: [String] = []
    try IndexBuilder(fixture.pipeline).run(begins: { _ in }, ends: { lines.append("\($1.rawValue) \($0.name)") })
    return lines
  }

  static let names = [
    "home_id_key", "home_changed_idx", "home_deleted_at_idx", "photo_id_key", "photo_at_idx", "photo_home_at_idx",
  ]

  @Test("keys, stamps, parents and marks get their index once; one that serves as well is enough")
  func made() throws {
    let fixture = try fixture()
    #expect(try run(fixture) == ["present home_id_key"] + Self.names.dropFirst().map { "made \($0)" })
    #expect(try run(fixture) == Self.names.map { "present \($0)" })
    #expect(
      try fixture.query("SELECT indexdef FROM pg_indexes WHERE indexname = 'photo_home_at_idx'")[0][0]?.hasSuffix(
        "(home, at)"
      ) == true
    )
    let unusable = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
    #expect(try fixture.query(unusable) == [["0"]])
    // Now that it has a key, photo can be merged into.
    let row = Row(id: 1, members: #""home":null,"at":null"#)
    #expect(try fixture.merge(fixture.segment([row], feed: "photo"))["orphaned"] == 1)
  }

  @Test("an index that a broken-off building left is repaired, and a failed one leaves nothing")
  func repaired() throws {
    let fixture = try fixture()
    _ = try fixture.query("INSERT INTO photo (id) VALUES (1), (1)")
    let caught = #expect(throws: PostgresError.self) { try run(fixture) }
    #expect(caught?.sqlState == SQLState(rawValue: "23505"))
    let photo = "SELECT count(*) FROM pg_index WHERE indrelid = 'photo'::regclass"
    #expect(try fixture.query(photo) == [["0"]])

    #expect(throws: PostgresError.self) {
      try fixture.query("CREATE UNIQUE INDEX CONCURRENTLY photo_id_key ON photo (id)")
    }
    #expect(try fixture.query("SELECT indisvalid FROM pg_index WHERE indrelid = 'photo'::regclass") == [["f"]])
    _ = try fixture.query("DELETE FROM photo")
    #expect(try run(fixture).contains("repaired photo_id_key"))
    #expect(
      try fixture.query("SELECT bool_and(indisvalid) FROM pg_index WHERE indrelid = 'photo'::regclass") == [["t"]]
    )
  }

  @Test("rows are written while an index is built, and who looks is told what it waits for")
  func concurrently() async throws {
    let fixture = try fixture()
    let (pipeline, database) = (fixture.pipeline, fixture.database)
    let builder = IndexBuilder(pipeline)
    var writer = try database.connect()
    try writer.query("BEGIN")
    try writer.query("INSERT INTO home (id) VALUES (1)")
    let pid = try writer.query("SELECT pg_backend_pid()")[0][0] ?? ""
    let (ends, continuation) = AsyncStream.makeStream(of: Result<Int, any Error>.self)
    Thread.detachNewThread {
      let result = Result {
        var count = 0
        try builder.run(begins: { _ in }, ends: { _, _ in count += 1 })
        return count
      }
      continuation.yield(result)
      continuation.finish()
    }
    // The building waits for the writer, so it is there to be seen until the writer ends.
    var seen: String?
    while seen?.contains("process") != true {
      seen = try builder.progress()
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(seen?.contains("process \(pid) has a transaction open") == true, "\(seen ?? "")")
    #expect(throws: PostgresError.self) { try run(fixture) }
    var other = try database.connect()
    try other.query("INSERT INTO home (id) VALUES (2)", while: "write beside the building")
    try writer.query("COMMIT")
    var built: Int?
    for await result in ends { built = try result.get() }
    #expect(built == Self.names.count)
    #expect(try builder.progress() == nil)
  }

  @Test("a table that is not there is named, with the next step")
  func noTable() throws {
    let fixture = try Fixture(feeds: Self.feeds, tables: [Self.tables[0]])
    let caught = #expect(throws: PostgresError.self) { try run(fixture) }
    #expect(caught?.message.contains(#""public"."photo""#) == true)
    #expect(caught?.hint?.contains("weir db migrate") == true)
  }

  @Test("a name too long for PostgreSQL is cut, and two such names stay two")
  func longNames() {
    let table = String(repeating: "t", count: 60)
    let names = ["a", "b"].map { WantedIndex(table: table, columns: [$0], isUnique: false).name }
    #expect(Set(names).count == 2)
    #expect(names.allSatisfy { $0.utf8.count <= Identifier.byteCountMax })
  }
}
