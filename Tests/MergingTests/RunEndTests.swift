import JSONText
import Postgres
import Spool
import Telemetry
import TestSupport
import Testing

@testable import Merging

/// What a run's end does: nothing before everything is there, then the watermark and the log, once.
@Suite(.postgres)
struct RunEndTests {
  typealias Fixture = MergeFixture

  func savedState(_ fixture: Fixture, feed: String = "item") throws -> String? {
    try fixture.spool.loadState("watermark.json", feed: feed).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("the end waits until every segment of the run is merged")
  func waits() throws {
    let fixture = try Fixture()
    let first = try fixture.segment([.item(1, "a")], sequence: 1)
    let second = try fixture.segment([.item(2, "b")], sequence: 2)
    let end = try fixture.end(segments: 2, records: 2)
    _ = try fixture.merge(second)
    #expect(try fixture.process(end).settled == false)
    #expect(try fixture.query("SELECT count(*) FROM weir.sync_log") == [["0"]])
    #expect(try savedState(fixture) == nil)
    _ = try fixture.merge(first)
    #expect(try fixture.process(end).settled)
    #expect(
      try fixture.query("SELECT status, watermark FROM weir.sync_log") == [["succeeded", "2026-01-01T00:00:00Z"]]
    )
  }

  @Test("a run that balances moves the watermark, in the database and then in the spool, and writes the log")
  func balanced() throws {
    let fixture = try Fixture()
    let dropped = ["hash.rejected": 1, "hash.repeated": 2, "stage.rejected": 3, "stage.superseded": 4]
    _ = try fixture.merge(fixture.segment([.item(1, "a"), .item(2, "b")], dropped: dropped))
    let end = try fixture.end(segments: 1, records: 12)
    for _ in 0..<2 { #expect(try fixture.process(end).settled) }
    let log = try fixture.query(
      """
      SELECT run, feed, mode, started_at, status, watermark, fetched, processed, inserted, superseded, rejected, failed,
        unseen, error FROM weir.sync_log
      """
    )
    let expected: [String?] = [
      Fixture.firstRun, "item", "incremental", "2026-01-01 00:00:00+00", "succeeded", "2026-01-01T00:00:00Z", "12", "8",
      "2", "6", "4", "0", nil, nil,
    ]
    #expect(log == [expected])
    #expect(
      try fixture.query("SELECT feed, watermark, run FROM weir.sync_state") == [
        ["item", "2026-01-01T00:00:00Z", Fixture.firstRun]
      ]
    )
    let saved = #"{"watermark":"2026-01-01T00:00:00Z","run":"\#(Fixture.firstRun)","mode":"incremental"}"#
    #expect(try savedState(fixture) == saved)
  }

  @Test("a record that is nowhere fails the run; the watermark stays", arguments: [true, false])
  func unbalanced(inASegment: Bool) throws {
    let fixture = try Fixture()
    _ = try fixture.merge(fixture.segment([.item(1, "a")]))
    #expect(try fixture.process(fixture.end(segments: 1, records: 1)).settled)

    _ = try fixture.merge(fixture.segment([.item(2, "b")], run: Fixture.secondRun, lost: inASegment ? 1 : 0))
    let end = try fixture.end(run: Fixture.secondRun, segments: 1, records: 2, watermark: "2026-09-09T00:00:00Z")
    let caught = try #require(throws: MergeError.self) { try fixture.process(end) }
    #expect(caught.exitStatus == .dataError)
    #expect(caught.message.contains(Fixture.secondRun))
    let log = try fixture.query("SELECT status, failed, error IS NOT NULL FROM weir.sync_log ORDER BY run DESC LIMIT 1")
    #expect(log == [["failed", "1", "t"]])
    #expect(try fixture.query("SELECT watermark FROM weir.sync_state") == [["2026-01-01T00:00:00Z"]])
    #expect(try savedState(fixture)?.contains("2026-01-01T00:00:00Z") == true)
  }

  @Test("a run that ended early leaves the watermark where it was")
  func incomplete() throws {
    let fixture = try Fixture()
    _ = try fixture.merge(fixture.segment([.item(1, "a")]))
    #expect(try fixture.process(fixture.end(segments: 1, records: 1, complete: false, watermark: nil)).settled)
    #expect(try fixture.query("SELECT status FROM weir.sync_log") == [["incomplete"]])
    #expect(try fixture.query("SELECT count(*) FROM weir.sync_state") == [["0"]])
    #expect(try savedState(fixture) == nil)
  }

  @Test("an older run's end that comes late does not set the feed back; a run without records keeps the watermark")
  func forwardOnly() throws {
    let fixture = try Fixture()
    _ = try fixture.process(fixture.end(run: Fixture.secondRun, segments: 0, records: 0, watermark: "w2"))
    _ = try fixture.process(fixture.end(run: Fixture.firstRun, segments: 0, records: 0, watermark: "w1"))
    #expect(try fixture.query("SELECT watermark, run FROM weir.sync_state") == [["w2", Fixture.secondRun]])
    #expect(try savedState(fixture)?.contains("w2") == true)
    _ = try fixture.process(fixture.end(run: Fixture.thirdRun, segments: 0, records: 0, watermark: nil))
    #expect(try fixture.query("SELECT watermark, run FROM weir.sync_state") == [["w2", Fixture.thirdRun]])
  }

  @Test("a full run counts the rows that it did not see; an incremental one does not know")
  func unseen() throws {
    let fixture = try Fixture()
    _ = try fixture.merge(fixture.segment((1...5).map { .item($0, "a") }, mode: .full))
    #expect(try fixture.process(fixture.end(segments: 1, records: 5, mode: .full)).counts["unseen"] == 0)
    _ = try fixture.merge(fixture.segment([.item(1, "a"), .item(2, "new")], run: Fixture.secondRun, mode: .full))
    _ = try fixture.merge(fixture.segment([.item(6, "a")], run: Fixture.secondRun, sequence: 2, mode: .full))
    let end = try fixture.process(fixture.end(run: Fixture.secondRun, segments: 2, records: 3, mode: .full))
    #expect(end.counts["unseen"] == 3)
    #expect(try fixture.query("SELECT unseen FROM weir.sync_log ORDER BY run") == [["0"], ["3"]])
    let third = try fixture.process(fixture.end(run: Fixture.thirdRun, segments: 0, records: 0))
    #expect(third.counts["unseen"] == nil)
  }

  @Test("what a crash of the server took out of the seen table makes the answer unknown, not wrong")
  func seenLost() throws {
    let fixture = try Fixture()
    _ = try fixture.merge(fixture.segment((1...5).map { .item($0, "a") }, mode: .full))
    _ = try fixture.query("TRUNCATE weir.seen_item")
    let end = try fixture.process(fixture.end(segments: 1, records: 5, mode: .full))
    #expect(end.settled)
    #expect(end.counts["unseen"] == nil)
  }

  @Test("two feeds into one table: each is up to date by itself, and a row that either has seen is seen")
  func twoFeeds() throws {
    let columns = #""id": "bigint", "name": "text", "tags": "jsonb""#
    let feeds = ["idx", "vow"].map { Fixture.feed($0, table: "item", columns: columns) }.joined(separator: ", ")
    let fixture = try Fixture(feeds: feeds)
    func run(_ feed: String, _ run: String, _ ids: [Int64]) throws -> [String: Int] {
      var counts = try fixture.merge(fixture.segment(ids.map { .item($0, "a") }, feed: feed, run: run, mode: .full))
      let end = try fixture.process(fixture.end(feed: feed, run: run, segments: 1, records: ids.count, mode: .full))
      counts["unseen"] = end.counts["unseen"]
      return counts
    }
    #expect(try run("idx", Fixture.firstRun, [1, 2, 3])["unseen"] == 0)
    let vow = try run("vow", Fixture.firstRun, [2, 3, 4])
    #expect(vow["inserted"] == 1)
    #expect(vow["unchanged"] == 2)
    #expect(vow["unseen"] == 0)
    let later = try run("idx", Fixture.secondRun, [2])
    #expect(later["unchanged"] == 1)
    #expect(later["unseen"] == 1, "row 1 is in no latest set; 3 and 4 are in vow's")
    #expect(
      try fixture.query("SELECT feed, count(*) FROM weir.ledger GROUP BY feed ORDER BY feed") == [
        ["idx", "2"], ["vow", "1"],
      ]
    )
  }

  @Test("checkpoints say how far the latest run has come")
  func checkpoints() throws {
    let fixture = try Fixture()
    _ = try fixture.merge(fixture.segment([.item(1, "a")], run: Fixture.secondRun, sequence: 2))
    _ = try fixture.merge(fixture.segment([.item(2, "a"), .item(3, "b")], run: Fixture.secondRun, sequence: 1))
    _ = try fixture.merge(fixture.segment([.item(4, "a")], run: Fixture.firstRun))
    let found = try fixture.query("SELECT feed, run, sequence, segments, records FROM weir.sync_checkpoints")
    #expect(found == [["item", Fixture.secondRun, "2", "2", "3"]])
  }
}
