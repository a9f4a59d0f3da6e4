import Postgres
import Spool
import TestSupport
import Testing

@testable import Merging

/// The merge itself: what becomes of each row of a segment.
@Suite(.postgres)
struct MergeTests {
  typealias Fixture = MergeFixture

  @Test("new rows are inserted, changed ones updated, and unchanged ones are not even touched")
  func insertUpdateUnchanged() throws {
    let fixture = try Fixture()
    let first = try fixture.merge(fixture.segment([.item(1, "a"), .item(2, "b"), .item(3, "c")]))
    #expect(first["inserted"] == 3)
    let before = try fixture.query("SELECT id, xmin, ctid FROM item WHERE id IN (1, 3) ORDER BY id")

    let rows: [Row] = [
      .item(1, "a", version: "2026-02-01"), .item(2, "B", version: "2026-02-01"), .item(3, "c"), .item(4, "d"),
    ]
    let second = try fixture.merge(fixture.segment(rows, run: Fixture.secondRun))
    #expect(second["inserted"] == 1)
    #expect(second["updated"] == 1)
    #expect(second["unchanged"] == 2)
    #expect(second["superseded"] == 0)
    #expect(try fixture.query("SELECT id, xmin, ctid FROM item WHERE id IN (1, 3) ORDER BY id") == before)
    #expect(try fixture.query("SELECT string_agg(name, '' ORDER BY id) FROM item") == [["aBcd"]])
  }

  @Test("a segment that comes again is found in the ledger: the same counts, and nothing is done")
  func repeated() throws {
    let fixture = try Fixture()
    let segment = try fixture.segment([.item(1, "a"), .item(2, "b")])
    let first = try fixture.merge(segment)
    _ = try fixture.query("DELETE FROM item WHERE id = 2")
    #expect(try fixture.merge(segment) == first)
    #expect(try fixture.otherProcessor().processed(segment) == first)
    #expect(try fixture.query("SELECT count(*) FROM item") == [["1"]])
    #expect(try fixture.query("SELECT count(*) FROM weir.ledger") == [["1"]])
  }

  @Test("the newest version stays, in whatever order segments arrive", arguments: permutations(of: [0, 1, 2]))
  func anyOrder(order: [Int]) throws {
    let fixture = try Fixture()
    let segments = try (0..<3).map { index in
      try fixture.segment([.item(1, "v\(index)", version: "2026-01-0\(index + 1)")], sequence: index + 1)
    }
    var counts: [String: Int] = [:]
    for index in order { counts.merge(try fixture.merge(segments[index])) { $0 + $1 } }
    #expect(try fixture.query("SELECT name FROM item") == [["v2"]])
    let settled = ["inserted", "updated", "superseded"].compactMap { counts[$0] }.reduce(0, +)
    #expect(settled == 3)
    #expect(counts["inserted"] == 1)
  }

  @Test("at equal versions the later run wins, and an earlier run that comes late changes nothing")
  func equalVersions() throws {
    let fixture = try Fixture()
    let late = try fixture.segment([.item(1, "late")], run: Fixture.firstRun)
    let early = try fixture.segment([.item(1, "early")], run: Fixture.secondRun)
    let last = try fixture.segment([.item(1, "last")], run: Fixture.thirdRun)
    #expect(try fixture.merge(early)["inserted"] == 1)
    #expect(try fixture.merge(late)["superseded"] == 1)
    #expect(try fixture.query("SELECT name FROM item") == [["early"]])
    #expect(try fixture.merge(last)["updated"] == 1)
    #expect(try fixture.query("SELECT name FROM item") == [["last"]])
  }

  @Test("of several versions of a key in one segment the newest is loaded, of equal ones the later line")
  func insideASegment() throws {
    let fixture = try Fixture()
    let rows: [Row] = [
      .item(1, "new", version: "2026-03-01"), .item(1, "old", version: "2026-01-01"), .item(2, "first"),
      .item(2, "second"),
    ]
    let counts = try fixture.merge(fixture.segment(rows))
    #expect(counts["inserted"] == 2)
    #expect(counts["superseded"] == 2)
    #expect(try fixture.query("SELECT string_agg(name, ' ' ORDER BY id) FROM item") == [["new second"]])
  }

  @Test("a row that was in the table before Weir, without hash and version, is taken over")
  func adoptsForeignRows() throws {
    let fixture = try Fixture()
    _ = try fixture.query("INSERT INTO item (id, name) VALUES (1, 'by hand')")
    #expect(try fixture.merge(fixture.segment([.item(1, "a")]))["updated"] == 1)
    #expect(try fixture.query("SELECT name, data_hash FROM item") == [["a", "h-a"]])
  }

  @Test("random versions in random order end as a model says", arguments: [1, 2, 3, 4] as [UInt64])
  func model(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let fixture = try Fixture()
    var newest: [Int64: (version: Int, name: String)] = [:]
    var segments: [InputSegment] = []
    for sequence in 1...9 {
      let ids = Set((0..<20).map { _ in Int64.random(in: 1...30, using: &random) })
      let rows = ids.map { id in
        let version = Int.random(in: 1000...9999, using: &random) * 10 + sequence
        let name = "v\(version)"
        if version > newest[id]?.version ?? 0 { newest[id] = (version, name) }
        return Row.item(id, name, version: "\(version)")
      }
      segments.append(try fixture.segment(rows, sequence: sequence))
    }
    for segment in segments.shuffled(using: &random) {
      let counts = try fixture.merge(segment)
      let parts = ["inserted", "updated", "unchanged", "superseded"].compactMap { counts[$0] }
      #expect(counts["records"] == parts.reduce(0, +))
    }
    let expected = newest.sorted { $0.key < $1.key }.map { [String($0.key), $0.value.name] as [String?] }
    #expect(try fixture.query("SELECT id, name FROM item ORDER BY id") == expected)
  }

  @Test("two workers on one table at once end as one would")
  func twoWorkers() async throws {
    let fixture = try Fixture()
    let segments = try (1...8).map { sequence in
      let rows = (1...200).map { Row.item(Int64($0), "s\(sequence)", version: "2026-01-0\(sequence)") }
      return try fixture.segment(sequence.isMultiple(of: 2) ? rows : rows.reversed(), sequence: sequence)
    }
    let (pipeline, spool) = (fixture.pipeline, fixture.spool)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<2 {
        group.addTask {
          var processor = try MergeFixture.processor(pipeline, spool)
          for (index, segment) in segments.enumerated() where index % 2 == worker { _ = try processor.process(segment) }
        }
      }
      try await group.waitForAll()
    }
    #expect(try fixture.query("SELECT DISTINCT name FROM item") == [["s8"]])
    let sums = "SELECT sum(records), sum(inserted + updated + unchanged + superseded) FROM weir.ledger"
    #expect(try fixture.query(sums) == [["1600", "1600"]])
    #expect(try fixture.query("SELECT sum(inserted) FROM weir.ledger") == [["200"]])
  }

  static func permutations(of values: [Int]) -> [[Int]] {
    guard values.count > 1 else { return [values] }
    return values.flatMap { first in permutations(of: values.filter { $0 != first }).map { [first] + $0 } }
  }
}

extension MergeProcessor {
  /// The counts alone.
  func processed(_ segment: InputSegment) throws -> [String: Int] {
    var copy = self
    return try copy.process(segment).counts
  }
}
