import PipelineConfig
import Postgres
import Spool
import TestSupport
import Testing

@testable import Merging

/// Spans say of many keys at once what a row for each would say.
struct KeySpansTests {
  @Test("spans hold exactly the keys that were taken in", arguments: 1...20 as ClosedRange<UInt64>)
  func same(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var spans = KeySpans()
    var keys: [Int64] = []
    var key = Int64.random(in: -500...500, using: &random)
    for _ in 0..<Int.random(in: 1...3000, using: &random) {
      keys.append(key)
      spans.take(key)
      key += Int.random(in: 0..<200, using: &random) < 197 ? 1 : Int64.random(in: 1...9, using: &random)
    }
    #expect(spans.isAscending && spans.count == keys.count)
    #expect(spans.spans.flatMap(Array.init) == keys, "seed \(seed)")
    #expect(zip(spans.spans, spans.spans.dropFirst()).allSatisfy { $0.upperBound + 1 < $1.lowerBound })
    #expect(spans.areWorthIt == (spans.spans.count <= 1 + keys.count / 64))
    spans.take(keys[keys.count - 1])
    #expect(!spans.isAscending && !spans.areWorthIt && spans.spans.isEmpty)
  }

  @Test("too many gaps, and the ends of what a number can be, are told from keys that do not ascend")
  func bounds() {
    var spans = KeySpans()
    for key in 0..<Int64(KeySpans.spansMax) { spans.take(2 * key) }
    #expect(spans.spans.count == KeySpans.spansMax && !spans.areWorthIt)
    spans.take(1_000_000)
    spans.take(1_000_001)
    #expect(spans.spans.isEmpty && spans.isAscending && !spans.areWorthIt)
    var widest = KeySpans()
    for key in [Int64.min, .min + 1, .max - 1, .max] { widest.take(key) }
    #expect(widest.spans == [.min ... .min + 1, .max - 1 ... .max])
    #expect(!KeySpans().areWorthIt)
  }
}

/// What a full run did not bring, where it noted spans.
@Suite(.postgres)
struct NotedSpansTests {
  typealias Fixture = MergeFixture

  static let feed = Fixture.feed(
    "item",
    table: "item",
    columns: DeletionTests.columns,
    more: #", "deletions": { "vanished": true, "action": "remove", "max_share": 1 }"#
  )

  @Test(
    "what vanished before, between, in and behind the spans is removed, and nothing else",
    arguments: 1...12 as ClosedRange<UInt64>
  )
  func vanished(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let fixture = try Fixture(feeds: Self.feed)
    let all = Set((-700...700).filter { _ in Int.random(in: 0..<10, using: &random) > 0 }.map { Int64($0) })
    var rows: [[Int64]] = [all.sorted()]
    // What is left comes in spans or one by one, in order or not, some of it twice.
    let left = all.filter { _ in Int.random(in: 0..<100, using: &random) > 2 }.sorted()
    let cuts = (0..<3).map { _ in Int.random(in: 0...left.count, using: &random) }.sorted()
    rows.append(Array(left[..<cuts[0]]))
    rows.append(Array(left[cuts[0]..<cuts[1]]).shuffled(using: &random))
    rows.append(Array(left[cuts[1]..<cuts[2]]))
    rows.append(Array(left[(Int.random(in: 0...1, using: &random) == 0 ? cuts[2] : cuts[1])...]))
    _ = try fixture.merge(fixture.segment(rows[0].map { .item($0, "a") }, sequence: 1, mode: .full))
    _ = try fixture.process(fixture.end(segments: 1, records: rows[0].count, mode: .full))
    for sequence in 1...4 {
      let segment = rows[sequence].map { Row.item($0, "a") }
      _ = try fixture.merge(fixture.segment(segment, run: Fixture.secondRun, sequence: sequence, mode: .full))
    }
    let records = rows[1...].reduce(0) { $0 + $1.count }
    let end = try fixture.process(fixture.end(run: Fixture.secondRun, segments: 4, records: records, mode: .full))
    #expect(end.counts["vanished"] == all.count - left.count, "seed \(seed)")
    #expect(try fixture.query("SELECT id FROM item ORDER BY id") == left.map { ["\($0)"] }, "seed \(seed)")
  }

  @Test("a late segment of an earlier run does not overrule what a later full run has seen unchanged, in a span")
  func late() throws {
    let fixture = try Fixture()
    _ = try fixture.merge(fixture.segment((1...300).map { .item($0, "a") }, mode: .full))
    // The third run saw them as they were; then a segment of the second arrives, of the same stamp.
    var processor = try fixture.otherProcessor()
    _ = try processor.process(fixture.segment((1...300).map { .item($0, "a") }, run: Fixture.thirdRun, mode: .full))
    #expect(try fixture.query("SELECT id, _weir_last FROM weir.seen_item") == [["1", "300"]])
    let late = try fixture.merge(
      fixture.segment((200...301).map { .item($0, "b") }, run: Fixture.secondRun, mode: .full)
    )
    #expect(late["superseded"] == 101 && late["inserted"] == 1)
    #expect(try fixture.query("SELECT count(*) FROM item WHERE name = 'b'") == [["1"]])
  }

  @Test("a table of keys without spans, as an earlier version of another feed's left it, still tells what was seen")
  func withoutSpans() throws {
    let more = #", "deletions": { "vanished": true, "action": "remove", "max_share": 1 }"#
    let feeds = ["item", "other"].map { Fixture.feed($0, table: "item", columns: DeletionTests.columns, more: more) }
    let fixture = try Fixture(feeds: feeds.joined(separator: ", "))
    for (feed, keys) in [("other", [Int64](4...6)), ("item", [1, 2, 3])] {
      _ = try fixture.merge(fixture.segment(keys.map { .item($0, "a") }, feed: feed, mode: .full))
      _ = try fixture.process(fixture.end(feed: feed, segments: 1, records: 3, mode: .full))
    }
    #expect(try fixture.query("SELECT count(*) FROM weir.seen_other WHERE _weir_last = 6") == [["1"]])
    _ = try fixture.query(
      "INSERT INTO weir.seen_other SELECT _weir_run, g, NULL FROM weir.seen_other, generate_series(5, 6) g"
    )
    _ = try fixture.query("ALTER TABLE weir.seen_other DROP COLUMN _weir_last")
    let run = Fixture.secondRun
    _ = try fixture.merge(fixture.segment([1, 2].map { .item($0, "a") }, run: run, mode: .full))
    let end = try fixture.process(fixture.end(run: run, segments: 1, records: 2, mode: .full))
    #expect(end.counts["vanished"] == 1)
    #expect(try fixture.query("SELECT id FROM item ORDER BY id") == [["1"], ["2"], ["4"], ["5"], ["6"]])
  }
}
