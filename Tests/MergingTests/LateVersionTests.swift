import Postgres
import Spool
import TestSupport
import Testing

@testable import Merging

/// A version that comes late stays away also when the newer one left the row as it was.
@Suite(.postgres)
struct LateVersionTests {
  typealias Fixture = MergeFixture

  @Test(
    "of a row that became B and A again a B that comes late changes nothing, in whatever order and however it is sent",
    arguments: MergeTests.permutations(of: [0, 1, 2]),
    [AskPolicy.Rule.always, .never]
  )
  func backAgain(order: [Int], asking: AskPolicy.Rule) throws {
    let fixture = try Fixture()
    var processor = try fixture.processor(asking: asking)
    let before = try fixture.segment([.item(1, "A", version: "2025-01-01"), .item(2, "x")], run: Fixture.firstRun)
    _ = try processor.process(before)
    let segments = try ["A", "B", "A"].enumerated().map { index, name in
      try fixture.segment(
        [.item(1, name, version: "2026-01-0\(index + 1)")],
        run: Fixture.secondRun,
        sequence: index + 1
      )
    }
    for index in order {
      let counts = try processor.process(segments[index]).counts
      let parts = ["inserted", "updated", "unchanged", "superseded"].compactMap { counts[$0] }
      #expect(parts.reduce(0, +) == 1)
    }
    #expect(try fixture.query("SELECT name FROM item ORDER BY id") == [["A"], ["x"]])
  }

  @Test("a deletion that comes late does not remove a row that came again unchanged after it")
  func lateDeletion() throws {
    let more = #", "deletions": { "action": "remove" }"#
    let fixture = try Fixture(feeds: Fixture.feed("item", table: "item", columns: DeletionTests.columns, more: more))
    _ = try fixture.merge(fixture.segment([.item(1, "A", version: "1")]))
    _ = try fixture.merge(fixture.segment([.item(1, "A", version: "3")], sequence: 3))
    let late = #"{"id":1,"data_hash":null,"data_version":"2 \#(Fixture.firstRun)-000002"}"#
    #expect(try fixture.merge(fixture.lines([late], Fixture.firstRun, 2))["superseded"] == 1)
    #expect(try fixture.query("SELECT name FROM item") == [["A"]])
  }

  @Test("a newer stamp of an unchanged row is noted once, beside the row, and not by every run again")
  func notedOnce() throws {
    let fixture = try Fixture()
    let rows = (1...100).map { Row.item($0, "a", version: "2026-01-01") }
    let moved = (1...100).map { Row.item($0, "a", version: "2026-02-01") }
    _ = try fixture.merge(fixture.segment(rows, mode: .full))
    let places = "SELECT id, xmin, xmax, ctid FROM item ORDER BY id"
    let before = try fixture.query(places)
    let notes = "SELECT count(*), count(DISTINCT xmin::text), min(xmin::text) FROM weir.tombstone"
    #expect(try fixture.merge(fixture.segment(moved, run: Fixture.secondRun, mode: .full))["unchanged"] == 100)
    let noted = try fixture.query(notes)
    #expect(noted[0].prefix(2) == ["100", "1"])
    #expect(try fixture.merge(fixture.segment(moved, run: Fixture.thirdRun, mode: .full))["unchanged"] == 100)
    #expect(try fixture.query(notes) == noted)
    #expect(try fixture.query(places) == before, "not even locked")
  }

  @Test(
    "under one stamp the later run counts: what a full run found unchanged is not overwritten by an older run's segment"
  )
  func sameStamp() throws {
    let fixture = try Fixture()
    let held = try fixture.segment([.item(1, "B"), .item(2, "B"), .item(3, "B")], run: Fixture.secondRun)
    _ = try fixture.merge(fixture.segment([.item(1, "A"), .item(2, "A")], mode: .full))
    _ = try fixture.merge(fixture.segment([.item(1, "A")], run: Fixture.thirdRun, mode: .full))
    let late = try fixture.merge(held)
    #expect(late["superseded"] == 1, "the full run brought row 1")
    #expect(late["updated"] == 1, "and not row 2")
    #expect(late["inserted"] == 1)
    #expect(try fixture.query("SELECT name FROM item ORDER BY id") == [["A"], ["B"], ["B"]])
  }
}
