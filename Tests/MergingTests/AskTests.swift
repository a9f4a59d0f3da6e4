import PipelineConfig
import Postgres
import Spool
import TestSupport
import Testing

@testable import Merging

/// Asking before sending: less is sent, and nothing else is different.
@Suite(.postgres)
struct AskTests {
  typealias Fixture = MergeFixture

  func sent(_ fixture: Fixture) throws -> String? {
    try fixture.query("SELECT count(*) FROM weir.stg_item_1").first?[0]
  }

  @Test("of a segment that is mostly unchanged only the new, the changed and the deleted rows are sent")
  func onlyWhatIsLacking() throws {
    let fixture = try Fixture()
    _ = try fixture.merge(fixture.segment((1...100).map { .item($0, "a") }))
    #expect(try sent(fixture) == "0", "an empty table has nothing unchanged: all is loaded straight into it")
    let before = try fixture.query("SELECT sum(xmin::text::bigint), count(DISTINCT ctid) FROM item WHERE id > 1")

    // New was all of the last segment, so this one is sent whole, and its answer is to ask for the next.
    let same = try fixture.merge(fixture.segment((1...100).map { .item($0, "a") }, run: Fixture.secondRun))
    #expect(same["unchanged"] == 100)
    #expect(try sent(fixture) == "100")

    let rows = (2...100).map { Row.item($0, "a", version: "2026-02-01") }
    let changed: [Row] = [
      .item(1, "b", version: "2026-02-01"), .item(101, "new"), .item(3, "old", version: "2025-01-01"),
    ]
    let third = try fixture.merge(fixture.segment(changed + rows, run: Fixture.thirdRun))
    #expect(third["inserted"] == 1)
    #expect(third["updated"] == 1)
    #expect(third["unchanged"] == 99)
    #expect(third["superseded"] == 1)
    #expect(try sent(fixture) == "2")
    let after = "SELECT sum(xmin::text::bigint), count(DISTINCT ctid) FROM item WHERE id BETWEEN 2 AND 100"
    #expect(try fixture.query(after) == before)
    #expect(try fixture.query("SELECT name FROM item WHERE id IN (1, 3, 101) ORDER BY id") == [["b"], ["a"], ["new"]])
  }

  @Test("a feed that turns from unchanged to new and back is asked about when it pays")
  func policy() {
    var policy = AskPolicy(hasRows: true)
    let learn = { (policy: inout AskPolicy, inserted: Int, records: Int, wasRefused: Bool) in
      var entry = LedgerEntry(records: records)
      entry.inserted = inserted
      policy.learn(entry, wasRefused: wasRefused, compared: .not)
    }
    #expect(policy.asks && !policy.loads)
    learn(&policy, 51, 100, false)
    #expect(!policy.asks && !policy.loads)
    learn(&policy, 0, 0, false)
    #expect(!policy.asks)
    learn(&policy, 50, 100, false)
    #expect(policy.asks)
    learn(&policy, 100, 100, false)
    #expect(!policy.asks && policy.loads)
    learn(&policy, 99, 100, true)
    #expect(!policy.asks && !policy.loads)
    learn(&policy, 100, 100, false)
    #expect(policy.loads)
    // All were new, and could not be loaded all the same: something is about the table.
    learn(&policy, 100, 100, true)
    learn(&policy, 100, 100, false)
    #expect(!policy.loads)
    let empty = AskPolicy(hasRows: false)
    #expect(!empty.asks && empty.loads)
    // A session that was lost while it loaded: the next one does not.
    var next = empty.afterLoss
    #expect(!next.loads)
    learn(&next, 100, 100, false)
    #expect(!next.loads && !next.asks)
    let asking = AskPolicy(hasRows: true)
    #expect(asking.afterLoss == asking)
  }

  @Test("the lines of an answer are those of the list, and none beyond the segment", arguments: [1, 63, 64, 65, 1000])
  func lines(records: Int) throws {
    #expect(try WantedLines("", of: records).count == 0)
    let some = (1...records).filter { $0.isMultiple(of: 3) || $0 == records }
    let wanted = try WantedLines(some.map { String($0) }.joined(separator: ","), of: records)
    #expect(wanted.count == some.count)
    #expect((1...records).filter { wanted.contains($0) } == some)
    #expect(throws: PostgresError.self) { try WantedLines("\(records + 1)", of: records) }
  }

  @Test("a row that a trigger keeps out is put aside also when the segment was asked about")
  func keptOut() throws {
    let fixture = try Fixture()
    _ = try fixture.merge(fixture.segment((1...10).map { .item($0, "a") }))
    _ = try fixture.merge(fixture.segment((1...10).map { .item($0, "a") }, run: Fixture.secondRun))
    for statement in RefusedRowsTests.trigger("RETURN NULL") {
      _ = try fixture.query(statement.replacing("NEW.amount < 0", with: "NEW.name = 'no'"))
    }
    let rows = (1...9).map { Row.item($0, "a") } + [.item(10, "no", version: "2026-02-01")]
    let counts = try fixture.merge(fixture.segment(rows, run: Fixture.thirdRun))
    #expect(counts["unchanged"] == 9)
    #expect(counts["rejected"] == 1)
  }

  /// What kind of keys the lines have.
  enum Keys: CaseIterable, Sendable {
    /// Some among forty, deletions among them.
    case few
    /// Keys that lie close, which are asked for in one go.
    case dense
    /// In order, each once, and close: asked for in one go and without sorting; new ones are loaded straight.
    case ascending
    /// Without a gap: compared by digests, and noted as spans.
    case unbroken
  }

  @Test(
    "asked, sent, loaded or compared, a segment's counts, its rows and its tombstones are the same",
    arguments: [1, 2, 3] as [UInt64],
    Keys.allCases
  )
  func same(seed: UInt64, keys: Keys) throws {
    let names = ["asked", "sent", "loaded", "compared"]
    let feeds = names.map {
      Fixture.feed($0, table: $0, columns: DeletionTests.columns, more: #", "deletions": { "action": "remove" }"#)
    }
    let tables = names.map { Fixture.itemTable.replacing("TABLE item", with: "TABLE \($0)") }
    let fixture = try Fixture(feeds: feeds.joined(separator: ", "), tables: tables)
    var processors = try [AskPolicy.Rule.always, .never, .loading, .comparing].map { try fixture.processor(asking: $0) }
    var random = SeededGenerator(seed: seed)
    for (number, run) in [Fixture.firstRun, Fixture.secondRun, Fixture.thirdRun].enumerated() {
      for sequence in 1...4 {
        let mode = number == 2 ? RunMode.incremental : .full
        let lines = Self.lines(keys, run, sequence, &random)
        let counts = try names.indices.map { index in
          try processors[index].process(fixture.lines(lines, feed: names[index], run, sequence, mode)).counts
        }
        #expect(counts.allSatisfy { $0 == counts[0] }, "seed \(seed): \(counts)")
      }
      let rows = try names.map { try fixture.query("SELECT * FROM \($0) ORDER BY id") }
      #expect(rows.allSatisfy { $0 == rows[0] }, "seed \(seed)")
    }
    let tombstones = "SELECT target, key, data_version FROM weir.tombstone WHERE target ~ '$1' ORDER BY key"
    let buried = try names.map { try fixture.query(tombstones.replacing("$1", with: $0)).map { $0.dropFirst() } }
    #expect(!buried[0].isEmpty && buried.allSatisfy { $0 == buried[0] })
    let seen =
      "SELECT sequence, run, seen, records, unchanged FROM weir.ledger WHERE feed = '$1' ORDER BY run, sequence"
    let ledgers = try names.map { try fixture.query(seen.replacing("$1", with: $0)) }
    #expect(ledgers.allSatisfy { $0 == ledgers[0] })
  }

  private static func lines(
    _ keys: Keys,
    _ run: String,
    _ sequence: Int,
    _ random: inout SeededGenerator
  ) -> [String] {
    let ids =
      switch keys {
      case .few: (0..<60).map { _ in Int.random(in: 1...40, using: &random) }
      case .dense: (0..<400).map { _ in Int.random(in: -119...120, using: &random) }
      case .ascending: (0..<600).filter { _ in Int.random(in: 0..<4, using: &random) > 0 }.map { sequence * 500 + $0 }
      case .unbroken: (0..<600).map { sequence * 500 + $0 }
      }
    return ids.map { id in
      // Parts of the unbroken ones are as they were.
      let isStill = keys == .unbroken && id % 1000 < 700
      let stamp = isStill ? 1 : Int.random(in: 1...9, using: &random)
      let version = "\"data_version\":\"\(stamp) \(run)-00000\(sequence)\"}"
      if keys == .few, Int.random(in: 0..<10, using: &random) == 0 {
        return "{\"id\":\(id),\"data_hash\":null,\(version)"
      }
      let name = isStill ? "a" : ["a", "b", "c"].randomElement(using: &random) ?? "a"
      return "{\"id\":\(id),\"name\":\"\(name)\",\"tags\":{\"x\":[1]},\"data_hash\":\"h-\(name)\",\(version)"
    }
  }

  @Test("only many keys that lie close are asked for in one go")
  func inOneGo() throws {
    let fixture = try Fixture()
    var connection = try fixture.database.connect()
    let merge = try FeedMerge(fixture.pipeline.feed(named: "item"), of: fixture.pipeline, defect: nil, on: &connection)
    let segment = try fixture.segment((1...300).map { .item($0, "a") })
    let footer = try SegmentReader.footer(of: segment.path)
    let copy = SegmentCopy(footer: footer, path: segment.path, staging: merge.staging, checksCount: true)
    let asked = try Question(copy: copy, merge: merge).send(on: &connection)
    #expect(asked.range == 1...300 && asked.count == 300)
    var few = copy
    few.footer.records = 199
    let range = { (copy: SegmentCopy, range: ClosedRange<Int64>?, isAuthoritative: Bool) in
      let asked = SegmentCopy.Asked(range: range, count: copy.footer.records)
      return Question(copy: copy, merge: merge).rangeInOneGo(of: asked, isAuthoritative: isAuthoritative)
    }
    #expect(range(copy, 1...300, false) == 1...300)
    #expect(range(copy, 0...599, false) == 0...599)
    #expect(range(copy, 0...600, false) == nil)
    #expect(range(copy, Int64.min...Int64.max, false) == nil)
    #expect(range(copy, 1...300, true) == nil)
    #expect(range(copy, nil, false) == nil)
    #expect(range(few, 1...199, false) == nil)
    let scope = MergeStatement.Scope(segment: "x", question: merge.question, range: 1...300)
    #expect(merge.statement.question(scope).contains("t.\"id\" BETWEEN 1 AND 300"))
  }

  @Test("of 200,000 unchanged rows none is written: same xmin, same place")
  func writesNothing() throws {
    let fixture = try Fixture()
    for (run, mode) in [(Fixture.firstRun, 0), (Fixture.secondRun, 1), (Fixture.thirdRun, 2)] {
      let state = "SELECT count(*), sum(xmin::text::bigint), md5(string_agg(ctid::text, '' ORDER BY id)) FROM item"
      let before = try fixture.query(state)
      for sequence in 1...10 {
        let first = Int64(sequence - 1) * 20_000
        let rows = (first..<first + 20_000).map { Row.item($0, "name of \($0)") }
        let counts = try fixture.merge(fixture.segment(rows, run: run, sequence: sequence, mode: .full))
        #expect(counts[mode == 0 ? "inserted" : "unchanged"] == 20_000)
      }
      let end = try fixture.process(fixture.end(run: run, segments: 10, records: 200_000, mode: .full))
      #expect(end.counts["unseen"] == 0)
      if mode > 0 { #expect(try fixture.query(state) == before) }
    }
  }
}
