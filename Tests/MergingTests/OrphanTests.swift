import Postgres
import Spool
import TestSupport
import Testing

@testable import Merging

/// Children and their parents, in any order.
@Suite(.postgres)
struct OrphanTests {
  typealias Fixture = MergeFixture

  static let feeds = [
    Fixture.item,
    Fixture.feed(
      "photo",
      table: "photo",
      columns: #""id": "bigint", "item": "bigint", "info": "jsonb", "size": "double", "at": "timestamptz""#,
      more: #", "parent": { "feed": "item", "field": "item" }"#
    ),
  ].joined(separator: ", ")

  static let photoTable = """
    CREATE TABLE photo (id bigint PRIMARY KEY, item bigint, info jsonb, size double precision, at timestamptz,
      data_hash text, data_version text COLLATE "C")
    """

  func fixture() throws -> Fixture { try Fixture(feeds: Self.feeds, tables: [Fixture.itemTable, Self.photoTable]) }

  func photo(_ id: Int64, of item: String, hash: String = "h", version: String = "2026-01-01") -> Row {
    let members = """
      "item":\(item),"info":{"s":"\\"é\\n🏠","n":1.10},"size":0.1,"at":"2026-01-02T03:04:05.123456+05:00"
      """
    return Row(id: id, members: members, hash: hash, version: version)
  }

  @Test("a child without its parent is kept, and loaded in the transaction that brings the parent")
  func adopted() throws {
    let fixture = try fixture()
    _ = try fixture.merge(fixture.segment([.item(1, "a")]))
    let children = try fixture.merge(
      fixture.segment([photo(10, of: "1"), photo(20, of: "9007199254740993"), photo(30, of: "null")], feed: "photo")
    )
    #expect(children["inserted"] == 1)
    #expect(children["orphaned"] == 2)
    #expect(try fixture.query("SELECT id FROM photo") == [["10"]])
    #expect(
      try fixture.query("SELECT key, parent_key FROM weir.orphan ORDER BY key") == [
        ["[20]", "9007199254740993"], ["[30]", nil],
      ]
    )

    let parent = try fixture.merge(fixture.segment([.item(9_007_199_254_740_993, "b")], sequence: 2))
    #expect(parent["inserted"] == 1)
    #expect(parent["adopted"] == 1)
    #expect(try fixture.query("SELECT key FROM weir.orphan") == [["[30]"]])
    let rows = try fixture.query("SELECT DISTINCT info, size, at FROM photo")
    #expect(rows.count == 1, "an adopted row is as it would have been: \(rows)")
    #expect(try fixture.query("SELECT count(*) FROM photo") == [["2"]])
  }

  @Test("of several versions of a kept child the newest is loaded", arguments: [[1, 2], [2, 1]])
  func newest(order: [Int]) throws {
    let fixture = try fixture()
    for version in order {
      let row = photo(20, of: "5", hash: "h\(version)", version: "2026-01-0\(version)")
      _ = try fixture.merge(fixture.segment([row], feed: "photo", sequence: version))
    }
    #expect(
      try fixture.query("SELECT sum(orphaned), sum(superseded) FROM weir.ledger") == [
        order == [1, 2] ? ["2", "0"] : ["1", "1"]
      ]
    )
    #expect(try fixture.merge(fixture.segment([.item(5, "p")]))["adopted"] == 1)
    #expect(try fixture.query("SELECT data_hash FROM photo") == [["h2"]])
    #expect(try fixture.query("SELECT count(*) FROM weir.orphan") == [["0"]])
  }

  @Test("a kept child that comes again with a parent that is there is not loaded twice, nor does it turn back")
  func settled() throws {
    let fixture = try fixture()
    _ = try fixture.merge(fixture.segment([.item(1, "a")]))
    _ = try fixture.merge(fixture.segment([photo(20, of: "5", hash: "old")], feed: "photo"))
    let moved = photo(20, of: "1", hash: "new", version: "2026-02-01")
    #expect(try fixture.merge(fixture.segment([moved], feed: "photo", sequence: 2))["inserted"] == 1)
    #expect(try fixture.query("SELECT count(*) FROM weir.orphan") == [["0"]])
    #expect(try fixture.merge(fixture.segment([.item(5, "p")], sequence: 2))["adopted"] == 0)
    #expect(try fixture.query("SELECT item, data_hash FROM photo") == [["1", "new"]])
  }

  @Test("an orphan whose parent came by another way is loaded at the end of its own run")
  func atTheEnd() throws {
    let fixture = try fixture()
    _ = try fixture.merge(fixture.segment([photo(20, of: "5")], feed: "photo"))
    _ = try fixture.query("INSERT INTO item (id) VALUES (5)")
    let end = try fixture.process(fixture.end(feed: "photo", segments: 1, records: 1))
    #expect(end.settled)
    #expect(end.counts["adopted"] == 1)
    #expect(try fixture.query("SELECT orphaned, adopted FROM weir.sync_log") == [["1", "1"]])
  }

  @Test("a child in the table is not updated to a parent that is not there")
  func movedAway() throws {
    let fixture = try fixture()
    _ = try fixture.merge(fixture.segment([.item(1, "a")]))
    _ = try fixture.merge(fixture.segment([photo(10, of: "1")], feed: "photo"))
    let away = photo(10, of: "7", hash: "moved", version: "2026-02-01")
    #expect(try fixture.merge(fixture.segment([away], feed: "photo", sequence: 2))["orphaned"] == 1)
    #expect(try fixture.query("SELECT item FROM photo") == [["1"]])
    #expect(try fixture.merge(fixture.segment([.item(7, "g")], sequence: 2))["adopted"] == 1)
    #expect(try fixture.query("SELECT item FROM photo") == [["7"]])
  }
}
