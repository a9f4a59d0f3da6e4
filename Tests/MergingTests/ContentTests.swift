import Postgres
import Spool
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import Merging

/// What is in a segment is in the table, byte for byte; what cannot be is refused whole.
@Suite(.postgres)
struct ContentTests {
  typealias Fixture = MergeFixture

  @Test(
    "text arrives byte for byte",
    arguments: [
      "", "plain", "\\.", "\\N", "\\", "a\\nb", "a\nb\r\nc\td", "\u{1}\u{8}\u{B}\u{C}\u{1F}\u{7F}", "🏡👨‍👩‍👧 é e\u{301}",
      "'\"{}",
      "\u{2028}\u{FEFF}", "NULL", "null",
    ],
    [AskPolicy.Rule.never, .loading]
  )
  func text(value: String, asking: AskPolicy.Rule) throws {
    let fixture = try Fixture(asking: asking)
    #expect(try fixture.merge(fixture.segment([.item(1, value), .item(2, "after")]))["inserted"] == 2)
    let bytes = value.utf8.map {
      String($0, radix: 16).count == 1 ? "0\(String($0, radix: 16))" : String($0, radix: 16)
    }
    #expect(
      try fixture.query("SELECT encode(convert_to(name, 'UTF8'), 'hex') FROM item WHERE id = 1") == [[bytes.joined()]]
    )
    #expect(try fixture.query("SELECT name FROM item WHERE id = 2") == [["after"]])
    #expect(try fixture.query("SELECT count(*) FROM weir.stg_item_1") == [[asking == .loading ? "0" : "2"]])
  }

  @Test("ids beyond 2^53 stay exact")
  func bigNumbers() throws {
    let fixture = try Fixture()
    let ids: [Int64] = [.max, .min, 9_007_199_254_740_993, 9_007_199_254_740_992]
    _ = try fixture.merge(fixture.segment(ids.map { .item($0, "x") }))
    #expect(try fixture.query("SELECT id FROM item ORDER BY id").map { $0[0] } == ids.sorted().map { String($0) })
  }

  @Test(
    "jsonb holds what was written: strings, numbers of any size, escapes, nested values",
    arguments: [
      #"{"a":[1,"\\\"\n\u00e9🏠",{"b":null}],"n":12345678901234567890.123456789}"#, #""a \"string\"""#, "12", "true",
      "[]",
      #"{"tab":"a\tb"}"#,
    ],
    [AskPolicy.Rule.never, .loading]
  )
  func jsonb(text: String, asking: AskPolicy.Rule) throws {
    let fixture = try Fixture(asking: asking)
    _ = try fixture.merge(fixture.segment([Row(id: 1, members: "\"name\":null,\"tags\":\(text)")]))
    var connection = try fixture.database.connect()
    let same = try connection.query("SELECT tags = $1::jsonb, name IS NULL FROM item", parameters: [text])
    #expect(same == [["t", "t"]])
    #expect(try fixture.query("SELECT count(*) FROM weir.stg_item_1") == [[asking == .loading ? "0" : "1"]])
  }

  @Test("members in another order go to their columns all the same")
  func otherOrder() throws {
    let fixture = try Fixture()
    let line = #"{"data_version":"1 r","tags":[1],"name":"n","data_hash":"h","id":7}"#
    let footer = SegmentFooter(
      feed: "item",
      run: try #require(RunID(Fixture.firstRun)),
      sequence: 1,
      stage: .staged,
      mode: .full,
      fetched: 1,
      fetchedAt: "2026-01-01T00:00:00.000Z",
      program: "test"
    )
    _ = try fixture.merge(fixture.publish([line], footer))
    #expect(
      try fixture.query("SELECT id, name, tags, data_hash, data_version FROM item") == [["7", "n", "[1]", "h", "1 r"]]
    )
  }

  @Test(
    "a line that is no row: the segment is named, and neither table nor ledger has anything of it",
    arguments: [
      #""name":"a","tags":null,"more":1"#, #""name":"a""#, #""name":"a\u0000b","tags":null"#,
    ]
  )
  func refused(members: String) throws {
    let fixture = try Fixture()
    let segment = try fixture.segment([.item(1, "fine"), Row(id: 2, members: members)])
    let caught = try #require(throws: MergeError.self) { try fixture.merge(segment) }
    #expect(caught.exitStatus == .dataError)
    #expect(caught.message.contains("item \(segment.name)"))
    #expect(!caught.description.contains("\n"))
    #expect(
      try fixture.query("SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM weir.ledger)") == [["0", "0"]]
    )
    #expect(try fixture.merge(fixture.segment([.item(3, "next")], sequence: 2))["inserted"] == 1)
  }

  @Test("rows that the server lost on the way are noticed, and nothing is merged")
  func miscounted() throws {
    let fixture = try Fixture(asking: .never)
    _ = try fixture.merge(fixture.segment([.item(1, "a")]))
    _ = try fixture.query(
      """
      CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF NEW.id = 3 THEN RETURN NULL; END IF; RETURN NEW; END $$
      """
    )
    _ = try fixture.query(
      "CREATE TRIGGER swallow BEFORE INSERT ON weir.stg_item_1 FOR EACH ROW EXECUTE FUNCTION swallow()"
    )
    let caught = try #require(throws: MergeError.self) {
      try fixture.merge(fixture.segment([.item(2, "b"), .item(3, "c")], sequence: 2))
    }
    #expect(caught == .miscounted(segment: "item \(Fixture.firstRun)-000002", sent: 2, accepted: 1))
    #expect(try fixture.query("SELECT id FROM item") == [["1"]])
    #expect(try fixture.query("SELECT count(*) FROM weir.ledger") == [["1"]])
  }

  /// Changes one byte of a file in place.
  private func flipByte(in path: FilePath, at offset: Int64) throws {
    let file = try FileDescriptor.open(path, .readWrite)
    try file.closeAfter {
      var byte: [UInt8] = [0]
      _ = try unsafe byte.withUnsafeMutableBytes { try unsafe file.read(fromAbsoluteOffset: offset, into: $0) }
      byte[0] ^= 0x10
      _ = try unsafe byte.withUnsafeBytes { try unsafe file.write(toAbsoluteOffset: offset, $0) }
    }
  }

  @Test("a damaged segment is merged not even in part")
  func damaged() throws {
    let fixture = try Fixture()
    let segment = try fixture.segment((1...5000).map { .item($0, "row \($0)") })
    try flipByte(in: segment.path, at: 2000)
    #expect(throws: SpoolError.self) { try fixture.merge(segment) }
    #expect(
      try fixture.query("SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM weir.ledger)") == [["0", "0"]]
    )
  }
}
