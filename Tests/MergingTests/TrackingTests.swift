import PipelineConfig
import Postgres
import Spool
import TestSupport
import Testing

@testable import Merging

/// What merge notes of rows beside the vendor's fields.
@Suite(.postgres)
struct TrackingTests {
  typealias Fixture = MergeFixture

  private func fixture(_ tables: [String]? = nil) throws -> Fixture {
    let more = """
      , "track": { "last_synced": true, "last_updated": true, "sync_status": true, "changes": true },
        "deletions": { "action": "mark", "max_share": 1 }
      """
    let columns = #""id": "bigint", "name": "text", "tags": "jsonb", "price": "numeric""#
    let table = """
      CREATE TABLE item (id bigint PRIMARY KEY, name text, tags jsonb, price numeric, deleted_at timestamptz,
        last_synced timestamptz, last_updated timestamptz, sync_status text, data_hash text, data_version text COLLATE "C")
      """
    return try Fixture(
      feeds: Fixture.feed("item", table: "item", columns: columns, more: more),
      tables: tables ?? [table]
    )
  }

  private func row(_ id: Int64, _ name: String?, price: String, tags: String = "null", version: String = "1") -> Row {
    let name = name.map { "\"\($0)\"" } ?? "null"
    let members = #""name":\#(name),"tags":\#(tags),"price":\#(price)"#
    return Row(id: id, members: members, hash: "\(name)\(price)\(tags)", version: version)
  }

  private static let stamps = """
    SELECT id, sync_status, last_synced = last_updated, last_updated > clock_timestamp() - interval '1 minute' FROM item
    ORDER BY id
    """

  @Test("a row tells when it was written and what became of it, and is not written for that alone")
  func columns() throws {
    let fixture = try fixture()
    _ = try fixture.merge(fixture.segment([row(1, "a", price: "1"), row(2, "b", price: "2")], mode: .full))
    #expect(try fixture.query(Self.stamps) == [["1", "synced", "t", "t"], ["2", "synced", "t", "t"]])
    _ = try fixture.query("UPDATE item SET last_synced = 'epoch', last_updated = 'epoch'")
    let before = try fixture.query("SELECT xmin FROM item WHERE id = 1")
    let again = [row(1, "a", price: "1", version: "2")]
    _ = try fixture.merge(fixture.segment(again, run: Fixture.secondRun, mode: .full))
    _ = try fixture.process(fixture.end(run: Fixture.secondRun, segments: 1, records: 1, mode: .full))
    #expect(try fixture.query("SELECT xmin FROM item WHERE id = 1") == before)
    #expect(try fixture.query(Self.stamps) == [["1", "synced", "t", "f"], ["2", "deleted", "t", "t"]])
    let back = [row(2, "b", price: "2", version: "3")]
    _ = try fixture.merge(fixture.segment(back, run: Fixture.thirdRun))
    #expect(try fixture.query(Self.stamps)[1] == ["2", "synced", "t", "t"])
  }

  @Test("the log says of each updated row which fields changed, from what to what")
  func changes() throws {
    let fixture = try fixture()
    let first = [
      row(1, "a", price: "1.50", tags: #"{"x":1,"y":2}"#), row(2, "b", price: "2"), row(3, "c", price: "3"),
    ]
    _ = try fixture.merge(fixture.segment(first))
    #expect(try fixture.query("SELECT count(*) FROM weir.change_log") == [["0"]], "what is new has not changed")
    let second = [
      row(1, "A", price: "1.5", tags: #"{"y":2,"x":1}"#, version: "2"), row(2, nil, price: "20", version: "2"),
      row(3, "c", price: "3", version: "2"), row(4, "d", price: "4", version: "2"),
    ]
    _ = try fixture.merge(fixture.segment(second, run: Fixture.secondRun))
    let log = try fixture.query("SELECT key, changes, segment FROM weir.change_log ORDER BY key")
    let segment = "item \(Fixture.secondRun)-000001"
    #expect(
      log == [
        ["[1]", #"{"name": {"new": "A", "old": "a"}}"#, segment],
        ["[2]", #"{"name": {"new": null, "old": "b"}, "price": {"new": 20, "old": 2}}"#, segment],
      ]
    )
  }

  @Test("eight workers on the same rows: every change is logged once, each from what the one before left")
  func chain() async throws {
    let fixture = try fixture()
    let segments = try (1...9).map { number in
      try fixture.segment([row(1, "v\(number)", price: "1", version: "\(number)")], sequence: number)
    }
    _ = try await ParallelTests.merge(segments.shuffled(), workers: 8, fixture)
    let log = try fixture.query(
      "SELECT changes->'name'->>'old', changes->'name'->>'new' FROM weir.change_log ORDER BY id"
    )
    for (earlier, later) in zip(log, log.dropFirst()) { #expect(earlier[1] == later[0]) }
    #expect(log.isEmpty || log.last?[1] == "v9")
    #expect(try fixture.query("SELECT name FROM item") == [["v9"]])
  }

  @Test("a table without the columns is said with the statement that adds them")
  func missing() throws {
    let fixture = try fixture([DeletionTests.markedTable, "ALTER TABLE item ADD price numeric"])
    let caught = #expect(throws: MergeError.self) { try fixture.merge(fixture.segment([row(1, "a", price: "1")])) }
    #expect(
      caught?.hint?.contains(#"ADD COLUMN "last_synced" timestamptz, ADD COLUMN "last_updated" timestamptz"#) == true
    )
  }
}
