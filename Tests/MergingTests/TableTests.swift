import Postgres
import Spool
import Telemetry
import TestSupport
import Testing

@testable import Merging

/// A table that does not fit its feed, and a database that is not there: one line, the next step, the exit status.
@Suite(.postgres)
struct TableTests {
  typealias Fixture = MergeFixture

  struct Unfit: CustomTestStringConvertible {
    var table: String
    var says: String
    var advises: String
    var testDescription: String { says }
  }

  @Test(
    "what is wrong with the table is said with the statement that cures it",
    arguments: [
      Unfit(table: "SELECT 1", says: "is not in the database", advises: "weir db migrate"),
      Unfit(
        table: "CREATE TABLE item (id bigint PRIMARY KEY, name text, data_hash text, data_version text)",
        says: "has no column tags",
        advises: #"ADD COLUMN "tags" jsonb"#
      ),
      Unfit(
        table: "CREATE TABLE item (id bigint PRIMARY KEY, name text, tags jsonb)",
        says: "has no column data_hash, data_version",
        advises: #"ADD COLUMN "data_version" text COLLATE "C""#
      ),
      Unfit(
        table: "CREATE TABLE item (id bigint, name text, tags jsonb, data_hash text, data_version text)",
        says: "has no unique index",
        advises: #"ADD PRIMARY KEY ("id")"#
      ),
      Unfit(
        table:
          "CREATE TABLE item (id bigint, name text, tags jsonb, data_hash text, data_version text, UNIQUE (id, name))",
        says: "has no unique index",
        advises: #"ADD PRIMARY KEY ("id")"#
      ),
      Unfit(table: "CREATE VIEW item AS SELECT 1 AS id", says: "is not in the database", advises: "weir db migrate"),
    ]
  )
  func unfit(unfit: Unfit) throws {
    let fixture = try Fixture(tables: [unfit.table])
    let caught = try #require(throws: MergeError.self) { try fixture.merge(fixture.segment([.item(1, "a")])) }
    #expect(caught.exitStatus == .config)
    #expect(caught.message.contains(unfit.says), "\(caught)")
    #expect(caught.hint?.contains(unfit.advises) == true, "\(caught)")
    #expect(!caught.description.contains("\n"))
  }

  @Test("text keys with a collation of the table's own are compared in it")
  func collation() throws {
    let feed = Fixture.feed("note", table: "note", columns: #""id": "text", "name": "text", "tags": "jsonb""#)
    let table = """
      CREATE TABLE note (id text COLLATE "C" PRIMARY KEY, name text, tags jsonb, data_hash text, data_version text COLLATE "C")
      """
    let fixture = try Fixture(feeds: feed, tables: [table])
    let line = #"{"id":"Zoë","name":"n","tags":null,"data_hash":"h","data_version":"v"}"#
    let footer = SegmentFooter(
      feed: "note",
      run: try #require(RunID(Fixture.firstRun)),
      sequence: 1,
      stage: .staged,
      mode: .full,
      fetched: 1,
      fetchedAt: "2026-01-01T00:00:00.000Z",
      program: "test"
    )
    #expect(try fixture.merge(fixture.publish([line], footer))["inserted"] == 1)
  }

  @Test("when pipeline.json gets another column the staging table follows")
  func newColumn() throws {
    let fixture = try Fixture()
    _ = try fixture.merge(fixture.segment([.item(1, "a")]))
    _ = try fixture.query("ALTER TABLE item ADD price numeric")
    let feeds = Fixture.feed("item", table: "item", columns: #""id": "bigint", "name": "text", "price": "numeric""#)
    let wider = try Fixture(feeds: feeds, tables: [])
    let row = Row(id: 2, members: #""name":"b","price":12.30"#)
    #expect(try wider.merge(wider.segment([row], run: Fixture.secondRun))["inserted"] == 1)
    #expect(try wider.query("SELECT price FROM item WHERE id = 2") == [["12.30"]])
  }

  @Test("a session that was lost between two segments is opened again")
  func reconnects() throws {
    let fixture = try Fixture()
    _ = try fixture.merge(fixture.segment([.item(1, "a")]))
    _ = try fixture.query(
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'weir-merge' AND datname = current_database()
      """
    )
    #expect(try fixture.merge(fixture.segment([.item(2, "b")], sequence: 2))["inserted"] == 1)
  }

  @Test("a segment may come again after a failure on its way: then it is merged once")
  func afterAFailure() throws {
    let columns = #""id": "bigint", "name": "text", "tags": "jsonb""#
    let none = #", "rejects": { "max_count": 0 }"#
    let fixture = try Fixture(feeds: Fixture.feed("item", table: "item", columns: columns, more: none))
    let segment = try fixture.segment([.item(1, "a"), .item(2, "b")])
    _ = try fixture.query("ALTER TABLE item ADD CONSTRAINT early CHECK (id < 2)")
    let caught = try #require(throws: MergeError.self) { try fixture.merge(segment) }
    #expect(caught.message.contains("[23514]"))
    #expect(caught.message.contains("constraint early"))
    _ = try fixture.query("ALTER TABLE item DROP CONSTRAINT early")
    #expect(try fixture.merge(segment)["inserted"] == 2)
    #expect(try fixture.merge(segment)["inserted"] == 2)
    #expect(try fixture.query("SELECT count(*) FROM item") == [["2"]])
  }
}
