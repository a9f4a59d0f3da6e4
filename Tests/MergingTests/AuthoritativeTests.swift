import PipelineConfig
import Postgres
import Spool
import TestSupport
import Testing

@testable import Merging

/// A vendor whose stamps go backwards, and a person who says that it is right.
@Suite(.postgres)
struct AuthoritativeTests {
  typealias Fixture = MergeFixture

  static let asking: [AskPolicy.Rule] = [.always, .never]

  /// Rows 1 to 4 at version 5; row 5 deleted at version 5; row 6 confirmed at version 5.
  private func fixture() throws -> Fixture {
    let more = #", "deletions": { "action": "remove", "vanished": false }"#
    let feed = Fixture.feed("item", table: "item", columns: DeletionTests.columns, more: more)
    let fixture = try Fixture(feeds: feed, tables: [Fixture.itemTable])
    let rows = (1...5).map { Row.item($0, "new", version: $0 == 5 ? "4" : "5") } + [.item(6, "same", version: "1")]
    _ = try fixture.merge(fixture.segment(rows, mode: .full))
    let gone = #"{"id":5,"data_hash":null,"data_version":"5 \#(Fixture.firstRun)-000002"}"#
    _ = try fixture.merge(fixture.lines([gone], Fixture.firstRun, 2, .full))
    _ = try fixture.merge(fixture.segment([.item(6, "same", version: "5")], sequence: 3, mode: .full))
    return fixture
  }

  /// What the vendor has after it restored a backup: all but one at version 3.
  private func restored(_ fixture: Fixture, run: String) throws -> InputSegment {
    let rows: [Row] = [
      .item(1, "old", version: "3"), .item(2, "new", version: "3"), .item(3, "old", version: "6"),
      .item(5, "old", version: "3"), .item(6, "same", version: "3"), .item(7, "old", version: "3"),
    ]
    return try fixture.segment(rows, run: run, mode: .full)
  }

  @Test("a stamp that went backwards is counted and not applied", arguments: asking)
  func counted(asking: AskPolicy.Rule) throws {
    let fixture = try fixture()
    var processor = try fixture.processor(asking: asking)
    let counts = try processor.process(restored(fixture, run: Fixture.secondRun)).counts
    #expect(counts["backwards"] == 2, "rows 1 and 5: \(counts)")
    #expect(counts["superseded"] == 2 && counts["inserted"] == 1 && counts["updated"] == 1)
    #expect(try fixture.query("SELECT backwards FROM weir.ledger ORDER BY run DESC LIMIT 1") == [["2"]])
    #expect(try fixture.query("SELECT name FROM item WHERE id IN (1, 2) ORDER BY id") == [["new"], ["new"]])
    _ = try processor.process(fixture.end(run: Fixture.secondRun, segments: 1, records: 6, mode: .full))
    #expect(try fixture.query("SELECT superseded, backwards FROM weir.sync_log") == [["2", "2"]])
    // What comes late of an older run is no vendor that turned back.
    let late = try processor.process(fixture.segment([.item(3, "late", version: "4")], sequence: 4)).counts
    #expect(late["superseded"] == 1 && late["backwards"] == nil)
  }

  @Test(
    "an authoritative full run applies what the vendor says now, and what comes after it is judged by that",
    arguments: asking
  )
  func applied(asking: AskPolicy.Rule) throws {
    let fixture = try fixture()
    var processor = try Fixture.processor(fixture.pipeline, fixture.spool, asking: asking, isAuthoritative: true)
    let counts = try processor.process(restored(fixture, run: Fixture.secondRun)).counts
    #expect(counts["backwards"] == nil && counts["superseded"] == 0)
    #expect(counts["inserted"] == 2 && counts["updated"] == 3 && counts["unchanged"] == 1, "\(counts)")
    let names = "SELECT string_agg(id || name, ' ' ORDER BY id) FROM item"
    #expect(try fixture.query(names) == [["1old 2new 3old 4new 5old 6same 7old"]])

    // The vendor goes on from its backup: version 4 is newer now, though the table had version 5 once.
    let rows = [1, 2, 5, 6].map { Row.item($0, "next", version: "4") }
    let next = try fixture.merge(fixture.segment(rows, run: Fixture.thirdRun))
    #expect(next["updated"] == 4, "\(next)")
    // What an older run brings late stays out.
    let late = try fixture.merge(fixture.segment([.item(1, "late", version: "2")], sequence: 9))
    #expect(late["superseded"] == 1)
    #expect(try fixture.query(names) == [["1next 2next 3old 4new 5next 6next 7old"]])
  }

  @Test("an incremental run overrules nothing")
  func incremental() throws {
    let fixture = try fixture()
    var processor = try Fixture.processor(fixture.pipeline, fixture.spool, isAuthoritative: true)
    let row = try fixture.segment([.item(1, "old", version: "3")], run: Fixture.secondRun)
    #expect(try processor.process(row).counts["backwards"] == 1)
  }

  @Test("a row that an authoritative run marks as deleted comes back with what the vendor says next", arguments: asking)
  func marked(asking: AskPolicy.Rule) throws {
    let more = #", "deletions": { "action": "mark", "vanished": false }"#
    let feed = Fixture.feed("item", table: "item", columns: DeletionTests.columns, more: more)
    let fixture = try Fixture(feeds: feed, tables: [DeletionTests.markedTable])
    _ = try fixture.merge(fixture.segment([.item(1, "a", version: "5")], mode: .full))
    // Noted beside the row: it came again unchanged.
    _ = try fixture.merge(fixture.segment([.item(1, "a", version: "7")], sequence: 2, mode: .full))
    #expect(try fixture.query("SELECT left(data_version, 1) FROM weir.tombstone") == [["7"]])
    var processor = try Fixture.processor(fixture.pipeline, fixture.spool, asking: asking, isAuthoritative: true)
    let gone = #"{"id":1,"data_hash":null,"data_version":"3 \#(Fixture.secondRun)-000001"}"#
    #expect(try processor.process(fixture.lines([gone], Fixture.secondRun, 1, .full)).counts["deleted"] == 1)
    #expect(try fixture.query("SELECT deleted_at IS NULL FROM item") == [["f"]])
    let next = try fixture.merge(fixture.segment([.item(1, "b", version: "4")], run: Fixture.thirdRun))
    #expect(next["updated"] == 1, "\(next)")
    #expect(try fixture.query("SELECT name, deleted_at IS NULL FROM item") == [["b", "t"]])
  }

  /// What there was of a child before.
  enum Before: CaseIterable, Sendable {
    case row, mark, note
  }

  @Test(
    "a child that an authoritative run brings before its parent comes with it, whatever there was of it before",
    arguments: asking,
    Before.allCases
  )
  func waiting(asking: AskPolicy.Rule, before: Before) throws {
    let fixture = try FamilyTests.fixture(.keep, parents: before == .mark ? .mark : .remove)
    _ = try fixture.merge(fixture.segment([FamilyTests.town(1)], feed: "town"))
    if before != .note {
      _ = try fixture.merge(fixture.segment([FamilyTests.child(11, of: 1, version: "4")], feed: "house"))
    }
    if before == .row {
      _ = try fixture.merge(fixture.segment([FamilyTests.child(11, of: 1, version: "5")], feed: "house", sequence: 2))
    } else {
      let gone = #"{"id":11,"data_hash":null,"data_version":"5 \#(Fixture.firstRun)-000002"}"#
      _ = try fixture.merge(fixture.lines([gone], feed: "house", Fixture.firstRun, 2))
    }
    var processor = try Fixture.processor(fixture.pipeline, fixture.spool, asking: asking, isAuthoritative: true)
    let child = FamilyTests.child(11, of: 2, version: "3")
    let segment = try fixture.segment([child], feed: "house", run: Fixture.secondRun, mode: .full)
    #expect(try processor.process(segment).counts["orphaned"] == 1)
    // What is older still stays out.
    let late = try fixture.merge(
      fixture.segment([FamilyTests.child(11, of: 1, version: "2")], feed: "house", sequence: 9)
    )
    #expect(late["inserted"] == 0 && late["updated"] == 0 || before == .note, "\(late)")
    _ = try fixture.merge(fixture.segment([FamilyTests.town(2)], feed: "town", run: Fixture.thirdRun))
    #expect(try FamilyTests.live(fixture, "house") == ["11"])
    #expect(try fixture.query("SELECT name, up FROM house") == [["n3", "2"]])
    #expect(try fixture.query("SELECT count(*) FROM weir.orphan") == [["0"]])
  }
}
