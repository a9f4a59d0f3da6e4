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
    #expect(spans.areWorthIt == (spans.spans.count <= keys.count / 64))
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
@Suite(.postgres, .timeLimit(.minutes(5)))
struct NotedSpansTests {
  typealias Fixture = MergeFixture

  /// What becomes of vanished rows, and the table.
  static let actions: [(action: String, table: String)] = [
    ("remove", Fixture.itemTable), ("remove", Fixture.itemTable.replacing("id bigint", with: "id integer")),
    ("mark", DeletionTests.markedTable),
    // Whole numbers as far as the pipeline says, but the table may hold others, or none.
    ("remove", Fixture.itemTable.replacing("id bigint", with: "id numeric")),
    ("remove", Fixture.itemTable.replacing("id bigint PRIMARY KEY", with: "id bigint UNIQUE")),
  ]

  static func feed(_ action: String, _ name: String = "item") -> String {
    Fixture.feed(
      name,
      table: "item",
      columns: DeletionTests.columns,
      more: #", "deletions": { "vanished": true, "action": "\#(action)", "max_share": 1 }"#
    )
  }

  @Test(
    "what vanished before, between, in and behind the spans is removed, and nothing else",
    arguments: 1...6 as ClosedRange<UInt64>,
    actions.indices
  )
  func vanished(seed: UInt64, index: Int) throws {
    var random = SeededGenerator(seed: seed)
    let (action, table) = Self.actions[index]
    let fixture = try Fixture(feeds: Self.feed(action), tables: [table])
    let all = (-700...700).filter { _ in Int.random(in: 0..<300, using: &random) > 0 }.map { Int64($0) }
    // What is left comes in spans or one by one, in order or not, some of it twice.
    let left = all.filter { _ in Int.random(in: 0..<150, using: &random) > 0 }.dropFirst(seed % 2 == 0 ? 3 : 0)
    let cuts = (0..<3).map { _ in Int.random(in: 0...left.count, using: &random) }.sorted()
    let ids = Array(left)
    let isTwice = Bool.random(using: &random)
    let segments = [
      Array(ids[..<cuts[0]]), isTwice ? ids[cuts[0]..<cuts[1]].shuffled(using: &random) : Array(ids[cuts[0]..<cuts[1]]),
      Array(ids[cuts[1]..<cuts[2]]), Array(ids[(isTwice ? cuts[1] : cuts[2])...]),
    ]
    _ = try fixture.merge(fixture.segment(all.map { .item($0, "a") }, sequence: 1, mode: .full))
    _ = try fixture.process(fixture.end(segments: 1, records: all.count, mode: .full))
    for (sequence, keys) in zip(1..., segments) {
      let segment = try fixture.segment(
        keys.map { .item($0, "a") },
        run: Fixture.secondRun,
        sequence: sequence,
        mode: .full
      )
      _ = try fixture.merge(segment)
    }
    if index < 3 {
      #expect(try fixture.query("SELECT count(_weir_last) > 0 FROM weir.seen_item") == [["t"]], "seed \(seed)")
    } else {
      let columns = "SELECT attname FROM pg_attribute WHERE attrelid = 'weir.seen_item'::regclass AND attnum > 0"
      #expect(
        try fixture.query("\(columns) ORDER BY attnum") == [["_weir_run"], ["id"]],
        "no spans beside other numbers"
      )
    }
    let records = segments.reduce(0) { $0 + $1.count }
    let end = try fixture.process(fixture.end(run: Fixture.secondRun, segments: 4, records: records, mode: .full))
    #expect(end.counts["vanished"] == all.count - ids.count && end.counts["unseen"] == 0, "seed \(seed)")
    let live = action == "mark" ? " WHERE deleted_at IS NULL" : ""
    #expect(try fixture.query("SELECT id FROM item\(live) ORDER BY id") == ids.map { ["\($0)"] }, "seed \(seed)")
  }

  static let isMerge = "application_name = 'weir-merge' AND datname = current_database()"

  @Test("of a big table only what lies between the spans is looked at, however many gaps there are")
  func gaps() async throws {
    let fixture = try Fixture()
    _ = try fixture.query("INSERT INTO item SELECT g, 'a', NULL, 'h-a', '2026 x' FROM generate_series(1, 100000) g")
    _ = try fixture.query("ANALYZE item")
    let keys = (1...Int64(100_000)).filter { $0 % 100 > 0 }
    do {
      var processor = try fixture.processor(asking: .always)
      for (sequence, first) in zip(1..., stride(from: 0, to: keys.count, by: 9900)) {
        let rows = keys[first..<min(first + 9900, keys.count)].map { Row.item($0, "a") }
        _ = try processor.process(fixture.segment(rows, run: Fixture.firstRun, sequence: sequence, mode: .full))
      }
    }
    #expect(try fixture.query("SELECT count(*), count(_weir_last) FROM weir.seen_item") == [["1000", "1000"]])
    // A session tells what it has read when it has gone; the fixture's own stays.
    while try fixture.query("SELECT count(*) FROM pg_stat_activity WHERE \(Self.isMerge)") != [["1"]] {
      try await Task.sleep(for: .milliseconds(20))
    }
    _ = try fixture.query("SELECT pg_stat_reset()")
    do {
      var other = try fixture.otherProcessor()
      let end = try other.process(fixture.end(segments: 10, records: keys.count, mode: .full))
      #expect(end.counts["unseen"] == 1000)
    }
    let read = "SELECT seq_tup_read, idx_scan FROM pg_stat_user_tables WHERE relname = 'item' AND idx_scan >= 1000"
    var told: [[String?]] = []
    while told.isEmpty {
      told = try fixture.query(read)
      try await Task.sleep(for: .milliseconds(20))
    }
    let numbers = told[0].map { $0.flatMap { Int($0) } ?? 0 }
    #expect(numbers[0] < 100 && (1000...1100).contains(numbers[1]), "\(numbers)")
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
    let feeds = ["item", "other"].map { Self.feed("remove", $0) }.joined(separator: ", ")
    let fixture = try Fixture(feeds: feeds)
    for (feed, keys) in [("other", [Int64](101...200)), ("item", [Int64](1...100))] {
      _ = try fixture.merge(fixture.segment(keys.map { .item($0, "a") }, feed: feed, mode: .full))
      _ = try fixture.process(fixture.end(feed: feed, segments: 1, records: 100, mode: .full))
    }
    #expect(try fixture.query("SELECT id, _weir_last FROM weir.seen_other") == [["101", "200"]])
    _ = try fixture.query(
      "INSERT INTO weir.seen_other SELECT _weir_run, g, NULL FROM weir.seen_other, generate_series(102, 200) g"
    )
    _ = try fixture.query("ALTER TABLE weir.seen_other DROP COLUMN _weir_last")
    let run = Fixture.secondRun
    _ = try fixture.merge(fixture.segment((1...99).map { .item($0, "a") }, run: run, mode: .full))
    let end = try fixture.process(fixture.end(run: run, segments: 1, records: 99, mode: .full))
    #expect(end.counts["vanished"] == 1)
    #expect(
      try fixture.query("SELECT count(*), max(id), count(*) FILTER (WHERE id = 100) FROM item") == [
        ["199", "200", "0"]
      ]
    )
  }
}
