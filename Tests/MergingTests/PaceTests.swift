import PipelineConfig
import Postgres
import Spool
import TestSupport
import Testing

@testable import Merging

/// A segment that is too much for one statement of a slow database is merged in parts.
@Suite(.postgres)
struct PaceTests {
  typealias Fixture = MergeFixture

  @Test("as many rows go into one statement as suit the time that rows have taken")
  func learning() {
    var pace = Pace(within: .seconds(600))
    pace.learn(rows: 20_000, took: .seconds(29))
    #expect(pace.rowsMax == nil)
    pace.learn(rows: 20_000, took: .seconds(60))
    #expect(pace.rowsMax == 10_000)
    pace.learn(rows: 20_000, took: .seconds(240))
    #expect(pace.rowsMax == 2500)
    // It has become quick: twice as many each time.
    pace.learn(rows: 20_000, took: .milliseconds(100))
    #expect(pace.rowsMax == 5000)
    for _ in 0..<8 { pace.learn(rows: 20_000, took: .milliseconds(100)) }
    #expect(pace.rowsMax == nil)
    pace.retreat(from: 8000)
    #expect(pace.rowsMax == 1000)
    pace.retreat(from: 8000)
    #expect(pace.rowsMax == 125)
    for _ in 0..<5 { pace.retreat(from: 8000) }
    #expect(pace.rowsMax == 1)
    pace.learn(rows: 0, took: .zero)
    #expect(pace.rowsMax == 1)
    // A quarter of a short time-out.
    var short = Pace(within: .seconds(2))
    short.learn(rows: 1000, took: .seconds(1))
    #expect(short.rowsMax == 500)
  }

  @Test(
    "a segment for which a statement's time-out is too short is merged in parts, and as it would be at once",
    arguments: [AskPolicy.Rule.never, .always, .whenItPays]
  )
  func tooSlow(asking: AskPolicy.Rule) throws {
    let fixture = try Fixture(asking: asking, timeout: 1)
    _ = try fixture.merge(fixture.segment((1...100).map { .item($0, "old", version: "2025") }, run: Fixture.firstRun))
    _ = try fixture.query(
      """
      CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END'
      """
    )
    _ = try fixture.query("CREATE TRIGGER slow BEFORE INSERT OR UPDATE ON item FOR EACH ROW EXECUTE FUNCTION slow()")
    // Four of each kind that is written, and the same key twice under one stamp, far apart.
    let new = (101...180).map { Row.item($0, "new", version: "2026") }
    let changed = (1...20).map { Row.item($0, "changed", version: "2026") }
    let same = (21...60).map { Row.item($0, "old", version: "2025") }
    let late = (61...70).map { Row.item($0, "late", version: "2024") }
    let rows =
      [Row.item(500, "first", version: "2026")] + new + same + changed + late + [.item(500, "last", version: "2026")]
    let counts = try fixture.merge(fixture.segment(rows, run: Fixture.secondRun, mode: .full))
    #expect(counts["inserted"] == 81 && counts["updated"] == 20 && counts["unchanged"] == 40)
    #expect(counts["superseded"] == 11)
    let names = "SELECT name, count(*) FROM item GROUP BY name ORDER BY name"
    #expect(try fixture.query(names) == [["changed", "20"], ["last", "1"], ["new", "80"], ["old", "80"]])
    let seen = "SELECT seen, (SELECT count(*) FROM weir.seen_item) FROM weir.ledger WHERE run = '\(Fixture.secondRun)'"
    #expect(try fixture.query(seen) == [["151", "151"]])
    // What was learned holds for the next segment: it is merged without another time-out, a bad row in it put aside.
    _ = try fixture.query("ALTER TABLE item ADD CHECK (name <> 'bad') NOT VALID")
    let next = (201...280).map { Row.item($0, $0 == 240 ? "bad" : "next", version: "2026") }
    let more = try fixture.merge(fixture.segment(next, run: Fixture.secondRun, sequence: 2, mode: .full))
    #expect(more["inserted"] == 79 && more["rejected"] == 1)
  }

  @Test("of two lines with one key and one stamp the later counts, also with a refused row between them")
  func laterLine() throws {
    let fixture = try Fixture()
    _ = try fixture.query("ALTER TABLE item ADD CHECK (name <> 'bad')")
    let between = (2...40).map { Row.item($0, $0 == 20 ? "bad" : "a") }
    let counts = try fixture.merge(fixture.segment([.item(1, "first")] + between + [.item(1, "last")]))
    #expect(counts["inserted"] == 39 && counts["rejected"] == 1 && counts["superseded"] == 1)
    #expect(try fixture.query("SELECT name FROM item WHERE id = 1") == [["last"]])
  }
}
