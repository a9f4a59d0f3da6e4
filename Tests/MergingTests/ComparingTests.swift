import JSONText
import PipelineConfig
import Postgres
import Spool
import TestSupport
import Testing

@testable import Merging

/// Comparing before asking: what is as it was is found by a few digests, and nothing else is different.
@Suite(.postgres)
struct ComparingTests {
  typealias Fixture = MergeFixture

  static let count = 1000

  static func rows(_ change: (inout Row) -> Void = { _ in }) -> [Row] {
    (1...Int64(count)).map { id in
      var row = Row.item(id, "a")
      change(&row)
      return row
    }
  }

  /// Which lines of the latest question were asked about, since ``forget(_:)``.
  private static func asked(_ fixture: Fixture, _ feed: String = "item") throws -> [String?]? {
    try fixture.query("SELECT count(*), min(_weir_line), max(_weir_line) FROM weir.ask_\(feed)_1").first
  }

  private static func forget(_ fixture: Fixture, _ feed: String = "item") throws {
    _ = try fixture.query("TRUNCATE weir.ask_\(feed)_1")
  }

  @Test("of a full run without changes nothing is asked row for row, and its keys are one span for each segment")
  func unchanged() throws {
    let fixture = try Fixture()
    _ = try fixture.merge(fixture.segment(Self.rows(), mode: .full))
    let state = "SELECT sum(xmin::text::bigint), md5(string_agg(ctid::text, '' ORDER BY id)) FROM item"
    let before = try fixture.query(state)
    var processor = try fixture.otherProcessor()
    for run in [Fixture.secondRun, Fixture.thirdRun] {
      let counts = try processor.process(fixture.segment(Self.rows(), run: run, mode: .full)).counts
      #expect(counts["unchanged"] == Self.count && counts["records"] == Self.count)
      let end = try processor.process(fixture.end(run: run, segments: 1, records: Self.count, mode: .full))
      #expect(end.counts["unseen"] == 0)
      #expect(
        try fixture.query("SELECT _weir_run, id, _weir_last FROM weir.seen_item") == [[run, "1", "\(Self.count)"]]
      )
    }
    #expect(try fixture.query("SELECT count(*) FROM weir.ask_item_2") == [["0"]])
    #expect(try fixture.query(state) == before)
    #expect(try fixture.query("SELECT DISTINCT seen FROM weir.ledger") == [["\(Self.count)"]])
  }

  /// How one row of the table or of the segment is not as the other has it; the row is the 600th.
  enum Difference: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case content, stamp, olderStamp, missing, inserted, withoutVersion, withoutHash, shortVersion, tabs

    var testDescription: String { rawValue }

    /// Of the table, as another hand left it.
    var statement: String? {
      switch self {
      case .content, .stamp, .olderStamp: nil
      case .missing: "DELETE FROM item WHERE id = 600"
      // The segment has no such key.
      case .inserted: "INSERT INTO item SELECT 600, name, tags, data_hash, data_version FROM item WHERE id = 601"
      case .withoutVersion: "UPDATE item SET data_version = NULL WHERE id = 600"
      case .withoutHash: "UPDATE item SET data_hash = NULL WHERE id = 600"
      case .shortVersion: "UPDATE item SET data_version = '2026-01-01 ' WHERE id = 600"
      // The text of two rows in one, and the other row still there.
      case .tabs:
        """
        WITH bare AS (UPDATE item SET data_hash = NULL WHERE id = 601 RETURNING data_version)
        UPDATE item t SET data_version = '2026-01-01' || E'\\t601\\th-a\\t' || bare.data_version FROM bare WHERE t.id = 600
        """
      }
    }

    var rows: [Row] {
      let rows = ComparingTests.rows { row in
        guard row.id == 600 else { return }
        switch self {
        case .content: row = .item(600, "b", version: "2026-02-01")
        case .stamp: row.version = "2026-02-01"
        case .olderStamp: row = .item(600, "b", version: "2025-01-01")
        default: break
        }
      }
      return self == .inserted ? rows.filter { $0.id != 600 } : rows
    }
  }

  @Test("one row that differs is asked about with those around it, and no others", arguments: Difference.allCases)
  func differences(difference: Difference) throws {
    let names = ["compared", "asked"]
    let feeds = names.map { Fixture.feed($0, table: $0, columns: DeletionTests.columns) }
    let tables = names.map { Fixture.itemTable.replacing("TABLE item", with: "TABLE \($0)") }
    let fixture = try Fixture(feeds: feeds.joined(separator: ", "), tables: tables)
    let rows = difference == .inserted ? Self.rows().filter { $0.id != 600 } : Self.rows()
    var counts: [[String: Int]] = []
    for (name, rule) in zip(names, [AskPolicy.Rule.comparing, .always]) {
      var processor = try fixture.processor(asking: rule)
      _ = try processor.process(fixture.segment(rows, feed: name))
      try Self.forget(fixture, name)
      if let statement = difference.statement { _ = try fixture.query(statement.replacing("item", with: name)) }
      counts.append(try processor.process(fixture.segment(difference.rows, feed: name, run: Fixture.secondRun)).counts)
    }
    #expect(try Self.asked(fixture, "compared") == ["256", "513", "768"])
    #expect(counts[0] == counts[1] && counts[0]["unchanged"] ?? 0 >= 998, "\(counts)")
    let contents = try names.map { try fixture.query("SELECT * FROM \($0) ORDER BY id") }
    #expect(contents[0] == contents[1])
  }

  @Test("a marked row that the vendor has again is brought back, though key, hash and stamp are as they were")
  func marked() throws {
    let feed = Fixture.feed(
      "item",
      table: "item",
      columns: DeletionTests.columns,
      more: #", "deletions": { "action": "mark" }"#
    )
    let table = Fixture.itemTable.replacing("tags jsonb", with: "tags jsonb, deleted_at timestamptz")
    let fixture = try Fixture(feeds: feed, tables: [table], asking: .comparing)
    _ = try fixture.merge(fixture.segment(Self.rows()))
    _ = try fixture.query("UPDATE item SET deleted_at = now() WHERE id = 600")
    let counts = try fixture.merge(fixture.segment(Self.rows(), run: Fixture.secondRun))
    #expect(counts["updated"] == 1 && counts["unchanged"] == Self.count - 1)
    #expect(try fixture.query("SELECT count(*) FROM item WHERE deleted_at IS NULL") == [["\(Self.count)"]])
  }

  @Test(
    "keys, hashes and stamps of any kind are digested as the server digests them",
    arguments: 1...8 as ClosedRange<UInt64>
  )
  func twins(seed: UInt64) throws {
    let fixture = try Fixture(asking: .comparing)
    var random = SeededGenerator(seed: seed)
    let stamps = ["2026-01-01", "", " ", "2026-01-01 10:00:00", "é😀", "12345678901234567890", "a b  c", "Ω'", "%"]
    let first = Int64.random(in: -2000...2000, using: &random)
    let lines = (0..<700).map { offset in
      let stamp = stamps.randomElement(using: &random) ?? ""
      let hash = JSONValue.string(["h", "é-h", "' h"].randomElement(using: &random) ?? "").encoded
      return { (run: String) in
        """
        {"id":\(first + Int64(offset)),"name":"n","tags":null,"data_hash":\(hash),"data_version":"\(stamp) \(run)-000001"}
        """
      }
    }
    _ = try fixture.merge(fixture.lines(lines.map { $0(Fixture.firstRun) }, Fixture.firstRun, 1))
    try Self.forget(fixture)
    let counts = try fixture.merge(fixture.lines(lines.map { $0(Fixture.secondRun) }, Fixture.secondRun, 1))
    #expect(counts["unchanged"] == 700, "seed \(seed)")
    #expect(try Self.asked(fixture) == ["0", nil, nil], "seed \(seed): all digests are equal")
  }

  @Test("comparing ends where it does not pay, or cannot be done, and is taken up again when nearly all is unchanged")
  func policy() {
    var policy = AskPolicy(hasRows: true)
    let learn = { (policy: inout AskPolicy, changed: Int, compared: SegmentMerge.Compared) in
      var entry = LedgerEntry(records: 1000)
      (entry.updated, entry.unchanged) = (changed, 1000 - changed)
      policy.learn(entry, wasRefused: false, compared: compared)
    }
    #expect(policy.compares)
    learn(&policy, 2, .with(equal: 500))
    #expect(policy.compares)
    learn(&policy, 2, .with(equal: 499))
    #expect(policy.asks && !policy.compares)
    // Once in vain: the next but one is compared, when nearly all is unchanged.
    learn(&policy, 0, .not)
    #expect(!policy.compares)
    learn(&policy, 4, .not)
    #expect(!policy.compares)
    learn(&policy, 3, .not)
    #expect(policy.compares)
    // Ever more in vain, ever more seldom.
    for misses in 2...8 {
      learn(&policy, 0, .with(equal: 0))
      for _ in 1..<min(1 << misses, 64) {
        learn(&policy, 0, .not)
        #expect(!policy.compares)
      }
      learn(&policy, 0, .not)
      #expect(policy.compares, "\(misses)")
    }
    learn(&policy, 0, .with(equal: 1000))
    learn(&policy, 0, .with(equal: 0))
    learn(&policy, 0, .not)
    learn(&policy, 0, .not)
    #expect(policy.compares)
    // What a full run's keys were like says nothing of the next run's.
    let runs = [Fixture.firstRun, Fixture.secondRun].compactMap { RunID($0) }
    policy.begin(runs[0])
    learn(&policy, 0, .with(equal: 0))
    policy.begin(runs[0])
    #expect(!policy.compares)
    policy.begin(runs[1])
    #expect(policy.compares)
    var empty = AskPolicy(hasRows: false)
    for run in runs { empty.begin(run) }
    #expect(!empty.compares)
  }

  @Test(
    "keys far apart, or fewer than pay, are not compared",
    arguments: [(1, 200, true), (2, 1000, true), (3, 1000, false), (1, 199, false)]
  )
  func apart(step: Int64, count: Int64, isCompared: Bool) throws {
    let fixture = try Fixture(asking: .comparing)
    let rows = (1...count).map { Row.item($0 * step, "a") }
    _ = try fixture.merge(fixture.segment(rows))
    try Self.forget(fixture)
    let counts = try fixture.merge(fixture.segment(rows, run: Fixture.secondRun))
    #expect(counts["unchanged"] == Int(count))
    #expect(try Self.asked(fixture)?.first == (isCompared ? "0" : "\(count)"))
  }
}
