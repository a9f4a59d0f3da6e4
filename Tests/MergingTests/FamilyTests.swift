import PipelineConfig
import Postgres
import Spool
import Telemetry
import TestSupport
import Testing

@testable import Merging

/// What becomes of children when their parents are deleted, and when they come back.
@Suite(.postgres)
struct FamilyTests {
  typealias Fixture = MergeFixture

  /// Towns have houses, and houses have rooms.
  static func fixture(
    _ onDelete: ParentDeletion,
    parents action: DeletionRule.Action = .remove,
    orphansMax: Int = 1_000_000
  ) throws -> Fixture {
    let deletions = #", "deletions": { "action": "\#(action.rawValue)", "max_share": 1 }"#
    func child(of feed: String) -> String {
      #", "parent": { "feed": "\#(feed)", "field": "up", "on_delete": "\#(onDelete.rawValue)", "max_orphans": \#(orphansMax) }"#
    }
    let columns = #""id": "bigint", "name": "text""#
    let childColumns = columns + #", "up": "bigint", "info": "jsonb", "at": "timestamptz", "size": "double""#
    let feeds = [
      Fixture.feed("town", table: "town", columns: columns, more: deletions),
      Fixture.feed("house", table: "house", columns: childColumns, more: deletions + child(of: "town")),
      Fixture.feed("room", table: "room", columns: childColumns, more: deletions + child(of: "house")),
    ]
    let own = "deleted_at timestamptz, data_hash text, data_version text COLLATE \"C\""
    let childTable =
      "(id bigint PRIMARY KEY, name text, up bigint, info jsonb, at timestamptz, size double precision, \(own))"
    return try Fixture(
      feeds: feeds.joined(separator: ", "),
      tables: [
        "CREATE TABLE town (id bigint PRIMARY KEY, name text, \(own))", "CREATE TABLE house \(childTable)",
        "CREATE TABLE room \(childTable)",
      ]
    )
  }

  static func child(_ id: Int64, of parent: Int64, version: String = "1") -> Row {
    let members =
      #""name":"n\#(version)","up":\#(parent),"info":{"s":"\\\"é","n":1.10},"at":"2026-01-02T03:04:05.123456+05:00","size":0.1"#
    return Row(id: id, members: members, hash: "h\(version)", version: version)
  }

  static func town(_ id: Int64, version: String = "1") -> Row {
    Row(id: id, members: #""name":"t\#(version)""#, hash: "h\(version)", version: version)
  }

  private static func family(_ fixture: Fixture) throws {
    _ = try fixture.merge(fixture.segment([town(1), town(2)], feed: "town", mode: .full))
    _ = try fixture.merge(fixture.segment([child(11, of: 1), child(12, of: 1), child(21, of: 2)], feed: "house"))
    _ = try fixture.merge(fixture.segment([child(111, of: 11), child(211, of: 21)], feed: "room"))
  }

  static func live(_ fixture: Fixture, _ table: String) throws -> [String?] {
    try fixture.query("SELECT id FROM \(table) WHERE deleted_at IS NULL ORDER BY id").map { $0[0] }
  }

  /// How a town goes.
  enum Going: CaseIterable, Sendable {
    case told
    case vanished

    func callAsFunction(_ fixture: Fixture, _ id: Int64) throws -> [String: Int] {
      switch self {
      case .told:
        let name = "\(Fixture.secondRun)-000001"
        let line = #"{"id":\#(id),"data_hash":null,"data_version":"2 \#(name)"}"#
        return try fixture.merge(fixture.lines([line], feed: "town", Fixture.secondRun, 1))
      case .vanished:
        let left = FamilyTests.town(3 - id)
        _ = try fixture.merge(fixture.segment([left], feed: "town", run: Fixture.secondRun, mode: .full))
        let end = try fixture.end(feed: "town", run: Fixture.secondRun, segments: 1, records: 1, mode: .full)
        return try fixture.process(end).counts
      }
    }
  }

  @Test(
    "children of a parent that is deleted stay, go or are marked as the feed says, and come back with it as they were",
    arguments: ParentDeletion.allCases,
    Going.allCases.flatMap { going in DeletionRule.Action.allCases.map { (going, $0) } }
  )
  func parentGoes(onDelete: ParentDeletion, parent: (Going, DeletionRule.Action)) throws {
    let (going, action) = parent
    let fixture = try Self.fixture(onDelete, parents: action)
    try Self.family(fixture)
    let before = try ["house", "room"].map { try fixture.query("SELECT * FROM \($0) ORDER BY id") }

    let counts = try going(fixture, 1)
    #expect(try Self.live(fixture, "town") == ["2"])
    if onDelete == .keep {
      #expect(counts["parted"] == nil)
      #expect(try ["house", "room"].map { try fixture.query("SELECT * FROM \($0) ORDER BY id") } == before)
      return
    }
    #expect(counts["parted"] == 3, "two houses and a room: \(counts)")
    #expect(try Self.live(fixture, "house") == ["21"])
    #expect(try Self.live(fixture, "room") == ["211"])
    let left = try fixture.query("SELECT (SELECT count(*) FROM house), (SELECT count(*) FROM room)")
    #expect(left == [onDelete == .mark ? ["3", "2"] : ["1", "1"]])
    #expect(try fixture.query("SELECT count(*) FROM weir.orphan WHERE parted_at IS NOT NULL") == [["3"]])

    // The same again by a later run, what is older, and what is newer: nothing comes back without the parent.
    let again = [Self.child(11, of: 1), Self.child(12, of: 1, version: "0")]
    _ = try fixture.merge(fixture.segment(again, feed: "house", run: Fixture.thirdRun))
    #expect(try Self.live(fixture, "house") == ["21"])

    let back = try fixture.merge(fixture.segment([Self.town(1, version: "3")], feed: "town", run: Fixture.thirdRun))
    #expect(back["adopted"] == 3, "\(back)")
    #expect(try Self.live(fixture, "house") == ["11", "12", "21"])
    #expect(try Self.live(fixture, "room") == ["111", "211"])
    #expect(try fixture.query("SELECT count(*) FROM weir.orphan") == [["0"]])
    let same = "SELECT count(DISTINCT (name, info, at, size, deleted_at, data_hash)) FROM house"
    #expect(try fixture.query(same) == [["1"]])
    #expect(try fixture.query("SELECT * FROM room ORDER BY id") == before[1])
  }

  @Test(
    "a child that had come again unchanged, with a newer stamp, comes back with its parent all the same",
    arguments: [ParentDeletion.cascade, .mark]
  )
  func confirmed(onDelete: ParentDeletion) throws {
    let fixture = try Self.fixture(onDelete)
    try Self.family(fixture)
    var same = Self.child(11, of: 1)
    same.version = "5"
    _ = try fixture.merge(fixture.segment([same], feed: "house", run: Fixture.secondRun))
    #expect(try fixture.query("SELECT count(*) FROM weir.tombstone") == [["1"]])
    _ = try Going.told(fixture, 1)
    #expect(try Self.live(fixture, "house") == ["21"])
    // The end of a run of the children's feed looks at all that wait, while the parent is still away.
    let house = try fixture.segment([Self.child(21, of: 2)], feed: "house", run: Fixture.thirdRun)
    _ = try fixture.merge(house)
    _ = try fixture.process(fixture.end(feed: "house", run: Fixture.thirdRun, segments: 1, records: 1))
    // What is older than the stamp under which it was last seen stays away.
    let town = try fixture.segment([Self.town(1, version: "3")], feed: "town", run: Fixture.thirdRun)
    #expect(try fixture.merge(town)["adopted"] == 3)
    #expect(try Self.live(fixture, "house") == ["11", "12", "21"])
    var older = Self.child(11, of: 1, version: "4")
    older.hash = "other"
    let late = try fixture.segment([older], feed: "house", run: Fixture.thirdRun, sequence: 7)
    #expect(try fixture.merge(late)["superseded"] == 1)
  }

  @Test("how many rows were put aside stands in the ledger and in the log of the run")
  func counted() throws {
    let fixture = try Self.fixture(.cascade)
    try Self.family(fixture)
    _ = try Going.told(fixture, 1)
    #expect(try fixture.query("SELECT parted FROM weir.ledger WHERE run = '\(Fixture.secondRun)'") == [["3"]])
    _ = try fixture.process(fixture.end(feed: "town", run: Fixture.secondRun, segments: 1, records: 1))
    #expect(try fixture.query("SELECT deleted, parted FROM weir.sync_log") == [["1", "3"]])
  }

  @Test("a child that the vendor deletes while it is put aside does not come back with its parent")
  func deletedMeanwhile() throws {
    let fixture = try Self.fixture(.cascade)
    try Self.family(fixture)
    _ = try Going.told(fixture, 1)
    let line = #"{"id":11,"data_hash":null,"data_version":"2 \#(Fixture.secondRun)-000001"}"#
    #expect(try fixture.merge(fixture.lines([line], feed: "house", Fixture.secondRun, 1))["deleted"] == 1)
    let town = try fixture.segment([Self.town(1, version: "3")], feed: "town", run: Fixture.thirdRun)
    #expect(try fixture.merge(town)["adopted"] == 1)
    #expect(try Self.live(fixture, "house") == ["12", "21"])
    #expect(try Self.live(fixture, "room") == ["211"])
  }

  @Test("more rows than may wait for their parents are held in the spool, and merged when the parents are there")
  func bounded() throws {
    let fixture = try Self.fixture(.keep, orphansMax: 3)
    _ = try fixture.merge(fixture.segment([Self.child(1, of: 1), Self.child(2, of: 1)], feed: "house"))
    let more = try fixture.segment([Self.child(3, of: 1), Self.child(4, of: 1)], feed: "house", sequence: 2)
    let caught = try #require(throws: MergeError.self) { try fixture.merge(more) }
    #expect(caught.holdName == "too_many_orphans" && caught.exitStatus == .dataError)
    #expect(caught.hint?.contains("weir-merge --feed town") == true && caught.message.contains("more than 3 rows"))
    #expect(try fixture.query("SELECT count(*) FROM weir.orphan") == [["2"]], "nothing of the segment is left")
    let third = try fixture.segment([Self.child(5, of: 1)], feed: "house", sequence: 3)
    #expect(try fixture.merge(third)["orphaned"] == 1)
    #expect(try fixture.merge(fixture.segment([Self.town(1)], feed: "town"))["adopted"] == 3)
    #expect(try fixture.merge(more)["inserted"] == 2)
  }

  @Test("of what was put aside with its parent the newest is kept, as much as may wait")
  func trimmed() throws {
    let fixture = try Self.fixture(.cascade, orphansMax: 2)
    _ = try fixture.merge(fixture.segment([Self.town(1), Self.town(2)], feed: "town", mode: .full))
    let houses = [Self.child(11, of: 1), Self.child(21, of: 2), Self.child(22, of: 2)]
    _ = try fixture.merge(fixture.segment(houses, feed: "house"))
    for id in 1...2 {
      let line = #"{"id":\#(id),"data_hash":null,"data_version":"2 \#(Fixture.secondRun)-00000\#(id)"}"#
      _ = try fixture.merge(fixture.lines([line], feed: "town", Fixture.secondRun, id))
    }
    #expect(try fixture.query("SELECT count(*) FROM weir.orphan") == [["3"]])
    _ = try fixture.process(fixture.end(feed: "house", segments: 1, records: 3))
    #expect(try fixture.query("SELECT key FROM weir.orphan ORDER BY key") == [["[21]"], ["[22]"]])
  }
}
