import Foundation
import Postgres
import Spool
import TestSupport
import Testing

@testable import Merging

/// Many workers on the same rows: no deadlock, and what a single one would have made.
@Suite(.postgres, .serialized)
struct ParallelTests {
  typealias Fixture = MergeFixture

  /// `one` and `two` fill the same table; `other` has one of its own.
  static let feeds = [("one", "shared"), ("two", "shared"), ("other", "other")]
    .map { name, table in
      Fixture.feed(name, table: table, columns: #""a": "bigint", "b": "text", "name": "text""#)
        .replacing(#""key": ["id"]"#, with: #""key": ["a", "b"]"#)
    }
    .joined(separator: ", ")

  static func table(_ name: String) -> String {
    """
    CREATE TABLE \(name) (a bigint, b text, name text, data_hash text, data_version text COLLATE "C", PRIMARY KEY (a, b))
    """
  }

  @Test(
    "eight workers, overlapping keys, three feeds into two tables, versions shuffled: no deadlock, and the newest of each",
    arguments: 1...20 as ClosedRange<UInt64>
  )
  func shuffled(seed: UInt64) async throws {
    #expect(try await Self.problem(seed: seed) == nil)
  }

  /// What went wrong when eight workers merged what the seed makes; nil when all is as one worker would have made it.
  static func problem(seed: UInt64, defect: MergeDefect? = nil) async throws -> String? {
    let fixture = try Fixture(feeds: Self.feeds, tables: ["shared", "other"].map(Self.table))
    var random = SeededGenerator(seed: seed)
    var newest: [String: [String: (version: String, name: String)]] = [:]
    var segments: [InputSegment] = []
    for (feed, table) in [("one", "shared"), ("two", "shared"), ("other", "other")] {
      for sequence in 1...9 {
        let lines = (0..<371).map { _ in
          let (a, b) = (Int.random(in: 1...30, using: &random), Int.random(in: 1...20, using: &random))
          let name = "n\(Int.random(in: 1...5, using: &random))"
          // A stamp of each feed and segment for itself: two lines are never equally new but in one segment.
          let stamp = "\(Int.random(in: 1000...9999, using: &random))\(feed)\(sequence)"
          let version = "\(stamp) \(Fixture.firstRun)-00000\(sequence)"
          if version >= newest[table]?["\(a) k\(b)"]?.version ?? "" {
            newest[table, default: [:]]["\(a) k\(b)"] = (version, name)
          }
          return """
            {"a":\(a),"b":"k\(b)","name":"\(name)","data_hash":"\(name)","data_version":"\(version)"}
            """
        }
        segments.append(try fixture.lines(lines, feed: feed, Fixture.firstRun, sequence))
      }
    }
    segments.shuffle(using: &random)
    let merged = try await Self.merge(segments, workers: 8, fixture, defect: defect)
    if merged != segments.count { return "\(merged) segments merged" }
    for table in ["shared", "other"] {
      let rows = try fixture.query("SELECT a || ' ' || b, name FROM \(table)").map { [$0[0], $0[1]] }
      let found = Dictionary(uniqueKeysWithValues: rows.map { ($0[0] ?? "", $0[1] ?? "") })
      if found != newest[table]?.mapValues(\.name) { return "other rows in \(table)" }
    }
    let sums = "SELECT sum(records), sum(inserted + updated + unchanged + superseded) FROM weir.ledger"
    let counted = try fixture.query(sums)
    if counted != [["10017", "10017"]] { return "ledger: \(counted)" }
    let deadlocks = try Self.deadlocks(fixture)
    return deadlocks == "0" ? nil : "\(deadlocks ?? "?") deadlocks"
  }

  @Test("workers that begin a second full run together open the table of its keys once, and none is lost")
  func secondRun() async throws {
    let fixture = try Fixture()
    for run in [Fixture.firstRun, Fixture.secondRun, Fixture.thirdRun] {
      let segments = try (1...8).map { sequence in
        let rows = (0..<50).map { Row.item(Int64(sequence * 100 + $0), "a") }
        return try fixture.segment(rows, run: run, sequence: sequence, mode: .full)
      }
      _ = try await Self.merge(segments, workers: 8, fixture)
      let end = try fixture.process(fixture.end(run: run, segments: 8, records: 400, mode: .full))
      #expect(end.counts["unseen"] == 0, "every key is known")
    }
    #expect(
      try fixture.query("SELECT \(MergeFixture.seenKeys), min(_weir_run) FROM weir.seen_item") == [
        ["400", Fixture.thirdRun]
      ]
    )
    #expect(try Self.deadlocks(fixture) == "0")
  }

  /// Merges segments by workers on threads and connections of their own.
  ///
  /// - Returns: How many segments were merged.
  static func merge(
    _ segments: [InputSegment],
    workers: Int,
    _ fixture: Fixture,
    defect: MergeDefect? = nil
  ) async throws -> Int {
    let (pipeline, spool) = (fixture.pipeline, fixture.spool)
    return try await withThrowingTaskGroup(of: Int.self) { group in
      for worker in 0..<workers {
        group.addTask {
          try await onThread {
            var processor = try MergeFixture.processor(pipeline, spool, defect: defect)
            let own = segments.enumerated().filter { $0.offset % workers == worker }.map(\.element)
            for segment in own { _ = try processor.process(segment) }
            return own.count
          }
        }
      }
      return try await group.reduce(0, +)
    }
  }

  static func deadlocks(_ fixture: Fixture) throws -> String? {
    _ = try fixture.query("SELECT pg_stat_force_next_flush()")
    return try fixture.query("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").first?[0]
  }
}

/// Runs what blocks on a thread of its own, as the program does.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
  }
}
