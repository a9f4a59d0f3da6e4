import Logging
import PipelineConfig
import Postgres
import Spool
import Telemetry
import TestSupport
import Testing

@testable import Merging

/// Rows that the vendor has no more: found by complete full runs, or told by the vendor; guarded, and never brought back by
/// an older version.
@Suite(.postgres)
struct DeletionTests {
  typealias Fixture = MergeFixture

  static let columns = #""id": "bigint", "name": "text", "tags": "jsonb""#
  static let markedTable = """
    CREATE TABLE item (id bigint PRIMARY KEY, name text, tags jsonb, deleted_at timestamptz, data_hash text,
      data_version text COLLATE "C")
    """

  func fixture(_ deletions: String, _ name: String = "item") throws -> Fixture {
    let feed = Fixture.feed(name, table: "item", columns: Self.columns, more: ", \"deletions\": { \(deletions) }")
    return try Fixture(feeds: feed, tables: [Self.markedTable])
  }

  /// A full run of these ids, up to its end.
  func fullRun(
    _ fixture: Fixture,
    _ ids: [Int64],
    run: String,
    expected: Int? = nil,
    processor: MergeProcessor? = nil
  ) throws -> [String: Int] {
    let rows = ids.map { Row.item($0, "a") }
    if !ids.isEmpty { _ = try fixture.merge(fixture.segment(rows, run: run, mode: .full)) }
    let segments = ids.isEmpty ? 0 : 1
    let end = try fixture.end(run: run, segments: segments, records: ids.count, mode: .full, expected: expected)
    if var processor { return try processor.process(end).counts }
    return try fixture.process(end).counts
  }

  func live(_ fixture: Fixture) throws -> [String?] {
    try fixture.query("SELECT id FROM item WHERE deleted_at IS NULL ORDER BY id").map { $0[0] }
  }

  @Test(
    "a complete full run marks or removes what vanished, and what comes back is alive",
    arguments: ["mark", "remove"]
  )
  func vanished(action: String) throws {
    let fixture = try fixture(#""action": "\#(action)", "max_share": 0.5"#)
    #expect(try fullRun(fixture, [1, 2, 3, 4, 5], run: Fixture.firstRun)["vanished"] == 0)
    let second = try fullRun(fixture, [1, 2, 3], run: Fixture.secondRun)
    #expect(second["vanished"] == 2)
    #expect(second["unseen"] == 0)
    #expect(try live(fixture) == ["1", "2", "3"])
    #expect(try fixture.query("SELECT count(*) FROM item") == [[action == "mark" ? "5" : "3"]])
    #expect(try fixture.query("SELECT vanished FROM weir.sync_log ORDER BY run") == [["0"], ["2"]])

    // What an older run said of the row comes late: it stays away.
    let late = try fixture.merge(fixture.segment([.item(5, "late")], run: Fixture.firstRun, sequence: 7))
    #expect(late["superseded"] == 1)
    #expect(try live(fixture) == ["1", "2", "3"])
    let third = try fullRun(fixture, [1, 2, 3, 5], run: Fixture.thirdRun)
    #expect(third["vanished"] == 0)
    #expect(try live(fixture) == ["1", "2", "3", "5"])
  }

  @Test(
    "too many deletions are refused, with what to type; typed, they are done",
    arguments: [
      #""max_share": 0.2"#, #""max_share": 1, "max_count": 2"#,
    ]
  )
  func guarded(limit: String) throws {
    let fixture = try fixture(#""action": "remove", \#(limit)"#)
    _ = try fullRun(fixture, Array(1...10), run: Fixture.firstRun)
    let caught = try #require(throws: MergeError.self) { try fullRun(fixture, Array(1...7), run: Fixture.secondRun) }
    #expect(caught.exitStatus == .dataError)
    #expect(caught.holdName == "deletions_refused")
    #expect(caught.message.contains("3 of 10 rows"))
    #expect(
      caught.hint?.contains("weir-merge --allow-deletions --redo \(fixture.spool.root)/item/staged/held/") == true
    )
    #expect(try live(fixture).count == 10)
    #expect(try fixture.query("SELECT status FROM weir.sync_log ORDER BY run") == [["succeeded"], ["failed"]])
    #expect(try fixture.query("SELECT run FROM weir.sync_state") == [[Fixture.firstRun]])

    let reporter = Reporter(stage: "weir-merge", format: .json, level: .critical)
    let allowing = try MergeProcessor(
      pipeline: fixture.pipeline,
      spool: fixture.spool,
      reporter: reporter,
      allowsDeletions: true
    )
    let done = try fullRun(fixture, Array(1...7), run: Fixture.secondRun, processor: allowing)
    #expect(done["vanished"] == 3)
    #expect(try live(fixture).count == 7)
    #expect(try fixture.query("SELECT run FROM weir.sync_state") == [[Fixture.secondRun]])
  }

  @Test("a full run that brought nothing deletes nothing, whatever the limits")
  func empty() throws {
    let fixture = try fixture(#""action": "remove", "max_share": 1"#)
    _ = try fullRun(fixture, [1, 2], run: Fixture.firstRun)
    let caught = try #require(throws: MergeError.self) { try fullRun(fixture, [], run: Fixture.secondRun) }
    #expect(caught.message.contains("no record at all"))
    #expect(try live(fixture) == ["1", "2"])
  }

  enum Doubt: CaseIterable { case incremental, incomplete, announcedMore, keysLost, rejectsLost, laterRun }

  @Test("without proof of a complete scan nothing is deleted", arguments: Doubt.allCases)
  func doubtful(doubt: Doubt) throws {
    let fixture = try fixture(#""action": "remove", "max_share": 1"#)
    _ = try fullRun(fixture, [1, 2, 3], run: Fixture.firstRun)
    let mode: RunMode = doubt == .incremental ? .incremental : .full
    let dropped = doubt == .rejectsLost ? ["stage.rejected": 1] : [:]
    _ = try fixture.merge(fixture.segment([.item(1, "a")], run: Fixture.secondRun, mode: mode, dropped: dropped))
    if doubt == .keysLost { _ = try fixture.query("TRUNCATE weir.seen_item") }
    if doubt == .laterRun { _ = try fixture.merge(fixture.segment([.item(3, "a")], run: Fixture.thirdRun)) }
    let end = try fixture.end(
      run: Fixture.secondRun,
      segments: 1,
      records: doubt == .rejectsLost ? 2 : 1,
      mode: mode,
      complete: doubt != .incomplete,
      expected: doubt == .announcedMore ? 3 : nil
    )
    #expect(try fixture.process(end).counts["vanished"] == nil)
    #expect(try live(fixture) == ["1", "2", "3"])
  }

  @Test("a record that was rejected has not vanished")
  func rejectedStays() throws {
    let fixture = try fixture(#""action": "remove", "max_share": 1"#)
    _ = try fullRun(fixture, [1, 2, 3], run: Fixture.firstRun)
    let dropped = ["stage.rejected": 1]
    let segment = try fixture.segment([.item(1, "a")], run: Fixture.secondRun, mode: .full, dropped: dropped)
    var footer = try SegmentReader.footer(of: segment.path)
    footer.stage = .hashed
    var writer = try fixture.spool.rejectWriter(feed: "item", segment: segment.name, stage: .stage)
    let record = Array(#"{"id":3,"name":"what is this"}"#.utf8)
    try writer.append(record: record.span, isJSON: true, line: 2, reason: "column name: no")
    _ = try writer.publish(of: footer)
    _ = try fixture.merge(segment)
    let end = try fixture.end(run: Fixture.secondRun, segments: 1, records: 2, mode: .full)
    #expect(try fixture.process(end).counts["vanished"] == 1)
    #expect(try live(fixture) == ["1", "3"])
  }

  @Test("a row that PostgreSQL refuses has not vanished")
  func refusedStays() throws {
    let fixture = try fixture(#""action": "remove", "max_share": 1"#)
    _ = try fullRun(fixture, [1, 2, 3], run: Fixture.firstRun)
    _ = try fixture.query("ALTER TABLE item ADD CHECK (name <> 'bad')")
    let rows: [Row] = [.item(1, "a"), .item(3, "bad")]
    #expect(try fixture.merge(fixture.segment(rows, run: Fixture.secondRun, mode: .full))["rejected"] == 1)
    let end = try fixture.end(run: Fixture.secondRun, segments: 1, records: 2, mode: .full)
    #expect(try fixture.process(end).counts["vanished"] == 1)
    #expect(try live(fixture) == ["1", "3"])
  }

  @Test("a trigger that keeps a vanished row ends the run at once, with nothing deleted and its own words")
  func keptByTrigger() throws {
    let fixture = try fixture(#""action": "remove", "max_share": 1"#)
    _ = try fullRun(fixture, [1, 2, 3], run: Fixture.firstRun)
    _ = try fixture.query("CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
    _ = try fixture.query(
      "CREATE TRIGGER keep BEFORE DELETE ON item FOR EACH ROW WHEN (OLD.id = 2) EXECUTE FUNCTION keep()"
    )
    let problem = try #require(throws: PostgresError.self) { try fullRun(fixture, [3], run: Fixture.secondRun) }
    #expect(problem.exitStatus == .dataError && !problem.isTransient)
    #expect(problem.message.contains("1 of 2 rows could be deleted"))
    #expect(try live(fixture) == ["1", "2", "3"])
  }

  @Test("a row that another feed brought into the same table, by a later incremental run, has not vanished")
  func twoFeeds() throws {
    let more = #", "deletions": { "max_share": 1 }"#
    let feeds = ["item", "other"].map { Fixture.feed($0, table: "item", columns: Self.columns, more: more) }
    let fixture = try Fixture(feeds: feeds.joined(separator: ", "), tables: [Self.markedTable])
    _ = try fixture.merge(fixture.segment([.item(1, "a")], feed: "other", mode: .full))
    _ = try fixture.process(fixture.end(feed: "other", segments: 1, records: 1, mode: .full))
    _ = try fixture.merge(fixture.segment([.item(2, "b")], feed: "other", run: Fixture.secondRun))
    _ = try fixture.process(fixture.end(feed: "other", run: Fixture.secondRun, segments: 1, records: 1))
    _ = try fixture.query("INSERT INTO item (id, data_version) SELECT 9, max(data_version) FROM item")
    #expect(try fullRun(fixture, [3], run: Fixture.thirdRun)["vanished"] == 1)
    #expect(try live(fixture) == ["1", "2", "3"])
  }

  /// A deletion, an older and a newer version, in every order.
  @Test(
    "the vendor's deletion, what is older and what is newer end the same in every order",
    arguments: ["mark", "remove"],
    MergeTests.permutations(of: [0, 1, 2])
  )
  func tombstones(action: String, order: [Int]) throws {
    let fixture = try fixture(#""action": "\#(action)""#)
    func deletion(_ version: String, sequence: Int) throws -> InputSegment {
      var footer = try SegmentReader.footer(of: fixture.segment([], sequence: sequence).path)
      footer.fetched = 1
      let line = #"{"id":1,"data_hash":null,"data_version":"\#(version) \#(Fixture.firstRun)-00000\#(sequence)"}"#
      return try fixture.publish([line], footer)
    }
    let segments = [
      try fixture.segment([.item(1, "old", version: "1")], sequence: 1), try deletion("2", sequence: 2),
      try fixture.segment([.item(1, "new", version: "3")], sequence: 3),
    ]
    for index in order {
      let counts = try fixture.merge(segments[index])
      let fates = ["inserted", "updated", "unchanged", "superseded", "deleted"].compactMap { counts[$0] }
      #expect(fates.reduce(0, +) == 1, "\(counts)")
      if index == 1 { #expect((counts["deleted"] == 1) == !order.prefix(while: { $0 != 1 }).contains(2), "\(counts)") }
      if order.prefix(while: { $0 != 2 }).contains(1), index == 1 { #expect(try live(fixture).isEmpty) }
    }
    #expect(try fixture.query("SELECT name FROM item WHERE deleted_at IS NULL") == [["new"]])
    #expect(try fixture.process(fixture.end(segments: 3, records: 3)).settled)
  }
}
