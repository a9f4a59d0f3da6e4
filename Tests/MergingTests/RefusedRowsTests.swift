import JSONText
import Postgres
import Spool
import Telemetry
import TestSupport
import Testing

@testable import Merging

/// What PostgreSQL refuses is put aside with its reason, and everything else is merged.
@Suite(.postgres)
struct RefusedRowsTests {
  typealias Fixture = MergeFixture

  /// A way in which a table refuses a row.
  struct Kind: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Statements that make the table `item` refuse the row below, and only it.
    var setup: [String]
    var sqlState: String
    var column: String?
    /// Members of a refused row.
    var bad: String
    /// The id of the refused row; nil when the id itself is fine.
    var id: String?

    init(
      _ name: String,
      _ setup: [String],
      _ sqlState: String,
      column: String? = nil,
      bad: String,
      id: String? = nil
    ) {
      testDescription = name
      (self.setup, self.sqlState, self.column, self.bad, self.id) = (setup, sqlState, column, bad, id)
    }
  }

  static let noise: String = {
    var random = SeededGenerator(seed: 5)
    return String((0..<20_000).map { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement(using: &random) ?? "a" })
  }()

  static func trigger(_ body: String) -> [String] {
    [
      """
      CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF NEW.amount < 0 THEN \(body); END IF; RETURN NEW; END $$
      """,
      "CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON item FOR EACH ROW EXECUTE FUNCTION guard()",
    ]
  }

  static let negative = #""name":null,"tags":null,"amount":-1,"other":null"#

  static let kinds = [
    Kind("check", ["ALTER TABLE item ADD CHECK (amount >= 0)"], "23514", column: "amount", bad: negative),
    Kind(
      "not null",
      ["ALTER TABLE item ALTER amount SET NOT NULL"],
      "23502",
      column: "amount",
      bad: #""name":null,"tags":null,"amount":null,"other":null"#
    ),
    Kind(
      "unique",
      ["ALTER TABLE item ADD UNIQUE (other)", "INSERT INTO item (id, amount, other) VALUES (-1, 1, 7)"],
      "23505",
      column: "other",
      bad: #""name":null,"tags":null,"amount":1,"other":7"#
    ),
    Kind(
      "foreign key",
      ["CREATE TABLE other (id bigint PRIMARY KEY)", "ALTER TABLE item ADD FOREIGN KEY (other) REFERENCES other"],
      "23503",
      column: "other",
      bad: #""name":null,"tags":null,"amount":1,"other":7"#
    ),
    Kind(
      "foreign key, deferred",
      [
        "CREATE TABLE other (id bigint PRIMARY KEY)",
        "ALTER TABLE item ADD FOREIGN KEY (other) REFERENCES other DEFERRABLE INITIALLY DEFERRED",
      ],
      "23503",
      column: "other",
      bad: #""name":null,"tags":null,"amount":1,"other":7"#
    ),
    Kind(
      "domain",
      ["CREATE DOMAIN positive AS numeric CHECK (value >= 0)", "ALTER TABLE item ALTER amount TYPE positive"],
      "23514",
      column: "amount",
      bad: negative
    ),
    Kind("trigger that raises", trigger("RAISE EXCEPTION 'not that one'"), "P0001", bad: negative),
    Kind("trigger that is silent", trigger("RETURN NULL"), "?????", bad: negative),
    Kind(
      "too long",
      ["ALTER TABLE item ALTER name TYPE varchar(5)"],
      "22001",
      bad: #""name":"abcdef","tags":null,"amount":1,"other":null"#
    ),
    Kind(
      "too many digits",
      ["ALTER TABLE item ALTER amount TYPE numeric(3,1)"],
      "22003",
      bad: #""name":null,"tags":null,"amount":1000,"other":null"#
    ),
    Kind(
      "no jsonb",
      [],
      "22P05",
      bad: #""name":null,"tags":"\u0000","amount":1,"other":null"#
    ),
    Kind(
      "too big for an index",
      ["CREATE INDEX ON item (name)"],
      "54000",
      bad: #""name":"\#(noise)","tags":null,"amount":1,"other":null"#
    ),
    Kind(
      "row too big",
      ["ALTER TABLE item ALTER name SET STORAGE PLAIN"],
      "54000",
      bad: #""name":"\#(noise.prefix(9000))","tags":null,"amount":1,"other":null"#
    ),
    Kind(
      "no number of the key's type",
      [],
      "22003",
      column: "id",
      bad: #""name":null,"tags":null,"amount":1,"other":null"#,
      id: "99999999999999999999"
    ),
  ]

  enum Place: CaseIterable { case first, middle, last }

  static let feed = Fixture.feed(
    "item",
    table: "item",
    columns: #""id": "bigint", "name": "text", "tags": "jsonb", "amount": "numeric", "other": "bigint""#,
    more: #", "rejects": { "max_share": 0.5 }"#
  )
  static let table = """
    CREATE TABLE item (id bigint PRIMARY KEY, name text, tags jsonb, amount numeric, other bigint, data_hash text,
      data_version text COLLATE "C")
    """
  static let rows = 300

  func segment(_ fixture: Fixture, _ kind: Kind, bad: Range<Int>, sequence: Int = 1) throws -> InputSegment {
    let template = try fixture.segment([], sequence: sequence, mode: .full)
    var footer = try SegmentReader.footer(of: template.path)
    footer.fetched = Self.rows
    let lines = (0..<Self.rows).map { index in
      let isBad = bad.contains(index)
      let id = isBad ? kind.id ?? "\(index)" : "\(index)"
      let members = isBad ? kind.bad : #""name":"fine","tags":[1],"amount":1,"other":null"#
      return "{\"id\":\(id),\(members),\"data_hash\":\"h\",\"data_version\":\"1 \(Fixture.firstRun)-000001\"}"
    }
    return try fixture.publish(lines, footer)
  }

  /// Line, reason and field of what merge rejected.
  func rejected(_ fixture: Fixture, _ segment: InputSegment) throws -> [(line: Int, reason: String, field: String?)] {
    let files = try fixture.spool.rejected(feed: "item").filter { $0.segment == segment.name && $0.stage == .merge }
    var found: [(line: Int, reason: String, field: String?)] = []
    for file in files {
      var reader = try SegmentReader(file.path)
      _ = try reader.forEachLine { line, _ in
        let object = try JSONValue(parsing: unsafe line.withUnsafeBufferPointer { unsafe Array($0) })
        guard case .number(let number)? = object["line"], case .string(let reason)? = object["reason"] else { return }
        var field: String?
        if case .string(let text)? = object["field"] { field = text }
        #expect(object["record"]?["data_hash"] == .string("h"), "the record is whole")
        found.append((Int(number) ?? 0, reason, field))
      }
    }
    return found
  }

  @Test(
    "exactly the bad rows are rejected, each with its reason, and the run balances",
    arguments: kinds,
    [1, 100]
  )
  func exactly(kind: Kind, count: Int) throws {
    for place in Place.allCases {
      let fixture = try Fixture(feeds: Self.feed, tables: place == .first ? [Self.table] + kind.setup : [])
      _ = try fixture.query("DELETE FROM item WHERE id >= 0")
      _ = try fixture.query("DELETE FROM weir.ledger")
      let start = [Place.first: 0, .middle: (Self.rows - count) / 2, .last: Self.rows - count][place] ?? 0
      let bad = start..<start + count
      let segment = try segment(fixture, kind, bad: bad)
      let counts = try fixture.merge(segment)
      #expect(counts["inserted"] == Self.rows - count)
      #expect(counts["rejected"] == count)

      let good = (0..<Self.rows).filter { !bad.contains($0) }.map { String($0) }
      #expect(try fixture.query("SELECT id FROM item WHERE id >= 0 ORDER BY id").map { $0[0] } == good)
      let found = try rejected(fixture, segment)
      #expect(found.map(\.line) == bad.map { $0 + 1 })
      #expect(found.allSatisfy { $0.reason.hasPrefix("\(kind.sqlState): ") }, "\(found.first?.reason ?? "none")")
      #expect(found.allSatisfy { $0.field == kind.column }, "\(found.first?.field ?? "none")")

      #expect(try fixture.merge(segment) == counts, "again it is known")
      let end = try fixture.process(fixture.end(segments: 1, records: Self.rows, mode: .full))
      #expect(end.settled)
      #expect(
        try fixture.query("SELECT status, rejected, failed FROM weir.sync_log") == [["succeeded", "\(count)", "0"]]
      )
      _ = try fixture.query("DELETE FROM weir.sync_log")
    }
  }

  @Test("rows whose fate another row of the segment decides are tried again after it")
  func triedAgain() throws {
    let fixture = try Fixture(feeds: Self.feed, tables: [Self.table, "ALTER TABLE item ADD UNIQUE (other)"])
    func line(_ id: Int, _ other: Int, _ version: Int, amount: Int = 1) -> String {
      """
      {"id":\(id),"name":null,"tags":null,"amount":\(amount),"other":\(other),"data_hash":"\(id)-\(other)-\(amount)",\
      "data_version":"\(version) \(Fixture.firstRun)-000001"}
      """
    }
    func publish(_ lines: [String], sequence: Int) throws -> InputSegment {
      var footer = try SegmentReader.footer(of: fixture.segment([], sequence: sequence).path)
      footer.fetched = lines.count
      return try fixture.publish(lines, footer)
    }
    _ = try fixture.merge(publish([line(1, 10, 1), line(2, 20, 1)], sequence: 1))
    // 1 takes what 2 gives up, and comes before it.
    let counts = try fixture.merge(publish([line(1, 20, 2), line(2, 30, 2)], sequence: 2))
    #expect(counts["updated"] == 2)
    #expect(counts["rejected"] == nil)
    #expect(try fixture.query("SELECT other FROM item ORDER BY id") == [["20"], ["30"]])
  }

  @Test("a segment of which too much is refused is held whole, and a run with too many rejected records fails")
  func limits() throws {
    let feed = Fixture.feed(
      "item",
      table: "item",
      columns: #""id": "bigint", "name": "text", "tags": "jsonb", "amount": "numeric", "other": "bigint""#,
      more: #", "rejects": { "max_count": 5 }"#
    )
    let fixture = try Fixture(feeds: feed, tables: [Self.table] + Self.kinds[0].setup)
    let hopeless = try segment(fixture, Self.kinds[0], bad: 0..<6)
    let caught = try #require(throws: MergeError.self) { try fixture.merge(hopeless) }
    #expect(caught.holdName == "refused")
    #expect(caught.message.contains("23514"))
    #expect(
      try fixture.query("SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM weir.ledger)") == [["0", "0"]]
    )

    _ = try fixture.merge(segment(fixture, Self.kinds[0], bad: 0..<4))
    _ = try fixture.merge(segment(fixture, Self.kinds[0], bad: 0..<4, sequence: 2))
    let end = try fixture.end(segments: 2, records: 2 * Self.rows, mode: .full)
    let failed = try #require(throws: MergeError.self) { try fixture.process(end) }
    #expect(failed.exitStatus == .dataError)
    #expect(failed.message.contains("8 records were rejected, and max_count is 5"))
    #expect(try fixture.query("SELECT status FROM weir.sync_log") == [["failed"]])
    #expect(try fixture.query("SELECT count(*) FROM weir.sync_state") == [["0"]])
  }

  @Test("a kept child that PostgreSQL refuses does not stop its parent; it stays kept, with the reason")
  func refusedOrphan() throws {
    let fixture = try Fixture(feeds: OrphanTests.feeds, tables: [Fixture.itemTable, OrphanTests.photoTable])
    let children = [OrphanTests().photo(1, of: "5"), OrphanTests().photo(2, of: "5")]
    #expect(try fixture.merge(fixture.segment(children, feed: "photo"))["orphaned"] == 2)
    _ = try fixture.query("ALTER TABLE photo ADD CONSTRAINT not_one CHECK (id <> 1)")
    let parent = try fixture.merge(fixture.segment([.item(5, "parent")]))
    #expect(parent["inserted"] == 1)
    #expect(parent["adopted"] == 1)
    #expect(try fixture.query("SELECT id FROM photo") == [["2"]])
    let kept = try fixture.query("SELECT key, refused FROM weir.orphan")
    #expect(kept.count == 1 && kept[0][0] == "[1]" && kept[0][1]?.contains("23514") == true, "\(kept)")
    #expect(try fixture.merge(fixture.segment([.item(5, "again")], sequence: 2))["updated"] == 1)
  }

  @Test("rejects of an earlier try are gone when the segment is merged whole")
  func stale() throws {
    let fixture = try Fixture(feeds: Self.feed, tables: [Self.table] + Self.kinds[0].setup)
    let segment = try segment(fixture, Self.kinds[0], bad: 3..<4)
    _ = try fixture.merge(segment)
    #expect(try rejected(fixture, segment).count == 1)
    // As if the COMMIT had been lost.
    _ = try fixture.query("DELETE FROM item")
    _ = try fixture.query("DELETE FROM weir.ledger")
    _ = try fixture.query("ALTER TABLE item DROP CONSTRAINT item_amount_check")
    #expect(try fixture.merge(segment)["inserted"] == Self.rows)
    #expect(try rejected(fixture, segment).isEmpty)
  }
}
