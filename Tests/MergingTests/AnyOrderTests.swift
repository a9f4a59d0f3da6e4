import PipelineConfig
import Postgres
import Spool
import TestSupport
import Testing

@testable import Merging

/// Towns, houses and rooms, versions and deletions of them, in any order: the same tables in the end.
@Suite(.postgres)
struct AnyOrderTests {
  typealias Fixture = MergeFixture

  static let levels = ["town", "house", "room"]

  /// One thing that the vendor says of a record. Stamps grow in the order in which it says it.
  struct News {
    var level: Int
    var id: Int64
    var stamp: String
    /// The parent; nil for a town, and for a deletion.
    var up: Int64?
    var isDeletion = false
  }

  /// What the vendor says in all, and from which the end can be told.
  struct History {
    private(set) var news: [News] = []
    private var random: SeededGenerator

    /// With deletions, some towns and houses go, and some of these come back.
    init(seed: UInt64, deletes: Bool) {
      random = SeededGenerator(seed: seed)
      for id in 1...8 { live(0, Int64(id), deletes: deletes) }
      for id in 1...24 { live(1, Int64(id), deletes: deletes) }
      for id in 1...50 { live(2, Int64(id), deletes: deletes) }
      // Stamps are given where they are said; what is said of different records may be said in any order.
      for index in news.indices { news[index].stamp = String(10_000 + index) }
    }

    /// Towns up to 3 and houses up to 6 may go. Where that is so, what belongs to one belongs to it for ever: of a child that moves
    /// to a parent that is gone the table keeps what it had, and what that was depends on the order.
    private mutating func live(_ level: Int, _ id: Int64, deletes: Bool) {
      let parents: Int64 = level == 1 ? 8 : 24
      let first = Int64.random(in: 1...parents, using: &random)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let up = deletes ? first : Int64.random(in: 1...parents, using: &random)
        news.append(News(level: level, id: id, stamp: "", up: level == 0 ? nil : up))
      }
      let isMortal = level == 0 ? id <= 3 : level == 1 ? id <= 6 : Int.random(in: 1...10, using: &random) == 1
      guard deletes, isMortal, let last = news.last else { return }
      news.append(News(level: level, id: id, stamp: "", isDeletion: true))
      if Bool.random(using: &random) { news.append(last) }
    }

    /// Each level's records that are alive in the end, with the stamp of their newest version, and how many wait for a parent.
    func end() -> (alive: [[Int64: String]], waiting: Int) {
      var alive: [[Int64: String]] = []
      var waiting = 0
      for level in levels.indices {
        var newest: [Int64: News] = [:]
        for news in news where news.level == level { newest[news.id] = news }
        var here: [Int64: String] = [:]
        for news in newest.values where !news.isDeletion {
          let hasParent = level == 0 || alive[level - 1][news.up ?? 0] != nil
          if hasParent { here[news.id] = news.stamp } else { waiting += 1 }
        }
        alive.append(here)
      }
      return (alive, waiting)
    }

    mutating func shuffled() -> [News] { news.shuffled(using: &random) }
  }

  /// Segments of nine records of one level, in the order of the first one in each.
  private static func segments(_ news: [News], _ fixture: Fixture) throws -> [InputSegment] {
    var open: [Int: [News]] = [:]
    var parts: [[News]] = []
    for one in news {
      open[one.level, default: []].append(one)
      if open[one.level]?.count == 9 { parts.append(open.removeValue(forKey: one.level) ?? []) }
    }
    parts += open.values
    var sequences = [0, 0, 0]
    return try parts.map { part in
      let level = part[0].level
      sequences[level] += 1
      let number = String(1_000_000 + sequences[level]).dropFirst()
      let lines = part.map { one in
        let version = "\(one.stamp) \(Fixture.firstRun)-\(number)"
        if one.isDeletion { return #"{"id":\#(one.id),"data_hash":null,"data_version":"\#(version)"}"# }
        let up = level == 0 ? "" : #""up":\#(one.up ?? 0),"info":{"n":1.50},"at":null,"size":0.3,"#
        return
          #"{"id":\#(one.id),"name":"\#(one.stamp)",\#(up)"data_hash":"h\#(one.stamp)","data_version":"\#(version)"}"#
      }
      return try fixture.lines(lines, feed: levels[level], Fixture.firstRun, sequences[level])
    }
  }

  /// Without deletions no orphan is left; with them, those that wait are those whose parent is gone, each once.
  @Test(
    "children first or parents first, by one worker or by four: the same tables, and no orphan but of a parent that is gone",
    arguments: 1...50 as ClosedRange<UInt64>
  )
  func anyOrder(seed: UInt64) async throws {
    let onDelete: ParentDeletion = seed % 3 == 0 ? .keep : seed % 3 == 1 ? .cascade : .mark
    let fixture = try FamilyTests.fixture(onDelete, parents: seed % 4 < 2 ? .remove : .mark)
    var history = History(seed: seed, deletes: onDelete != .keep)
    let expected = history.end()
    let segments = try Self.segments(history.shuffled(), fixture)
    #expect(try await ParallelTests.merge(segments, workers: seed % 2 == 0 ? 4 : 1, fixture) == segments.count)
    for (level, feed) in Self.levels.enumerated() {
      let count = segments.count { $0.feed == feed }
      let records = history.news.count { $0.level == level }
      #expect(try fixture.process(fixture.end(feed: feed, segments: count, records: records)).settled)
    }
    for (level, feed) in Self.levels.enumerated() {
      let rows = try fixture.query("SELECT id, name, deleted_at FROM \(feed)").filter { $0[2] == nil }
      let found = Dictionary(uniqueKeysWithValues: rows.map { (Int64($0[0] ?? "") ?? 0, $0[1] ?? "") })
      #expect(found == expected.alive[level], "\(feed)")
    }
    if onDelete == .keep { #expect(expected.waiting == 0) }
    #expect(try fixture.query("SELECT count(*) FROM weir.orphan") == [["\(expected.waiting)"]])
    #expect(try fixture.query("SELECT DISTINCT status FROM weir.sync_log") == [["succeeded"]])
    #expect(try ParallelTests.deadlocks(fixture) == "0")
  }
}
