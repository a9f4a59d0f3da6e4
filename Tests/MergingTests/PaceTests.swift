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
    pace.learn(rows: 20_000, took: .seconds(299))
    #expect(pace.rowsMax == nil)
    pace.learn(rows: 20_000, took: .seconds(600))
    #expect(pace.rowsMax == 10_000)
    pace.learn(rows: 20_000, took: .seconds(2400))
    #expect(pace.rowsMax == 2500)
    // Of a few rows nothing is learned, however slowly or quickly they went.
    pace.learn(rows: 1000, took: .seconds(299))
    pace.learn(rows: 0, took: .zero)
    #expect(pace.rowsMax == 2500)
    // It has become quick: twice as many each time.
    for wanted in [5000, 10_000, 20_000, 40_000] {
      pace.learn(rows: 20_000, took: .milliseconds(100))
      #expect(pace.rowsMax == wanted)
    }
    pace.learn(rows: 600_000, took: .seconds(1))
    for _ in 0..<4 { pace.learn(rows: 600_000, took: .seconds(1)) }
    #expect(pace.rowsMax == nil)
    #expect(pace.retreat(from: 8000) == 1000)
    #expect(pace.retreat(from: 8000) == 125)
    #expect(pace.retreat(from: 100) == 12)
    #expect(pace.retreat(from: 8000) == 1)
    #expect(pace.retreat(from: 8000) == nil)
    #expect(pace.rowsMax == 1)
  }

  /// A second for a statement and for a COPY, and no patience: what was too slow will not pass.
  static let hurried = #", "statement_timeout": "1s", "copy_timeout": "1s", "retry_within": "0s""#

  private func slow(_ fixture: Fixture, _ moment: String) throws {
    _ = try fixture.query(
      "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END'"
    )
    _ = try fixture.query("CREATE TRIGGER slow \(moment) INSERT OR UPDATE ON item FOR EACH ROW EXECUTE FUNCTION slow()")
  }

  @Test(
    "a segment for which a statement's time-out is too short is merged in parts, and as it would be at once",
    arguments: [AskPolicy.Rule.never, .always, .whenItPays, .loading]
  )
  func tooSlow(asking: AskPolicy.Rule) throws {
    let fixture = try Fixture(asking: asking, database: Self.hurried)
    _ = try fixture.merge(fixture.segment((1...100).map { .item($0, "old", version: "2025") }, run: Fixture.firstRun))
    try slow(fixture, "BEFORE")
    // Some of each kind, and a key twice under one stamp, far apart.
    let new = (101...180).map { Row.item($0, "new", version: "2026") }
    let changed = (1...20).map { Row.item($0, "changed", version: "2026") }
    let same = (21...60).map { Row.item($0, "old", version: "2025") }
    let late = (61...70).map { Row.item($0, "late", version: "2024") }
    let twice = ["first", "last"].map { Row.item(500, $0, version: "2026") }
    let rows = [twice[0]] + new + same + changed + late + [twice[1]]
    let counts = try fixture.merge(fixture.segment(rows, run: Fixture.secondRun, mode: .full))
    #expect(counts["inserted"] == 81 && counts["updated"] == 20 && counts["unchanged"] == 40)
    #expect(counts["superseded"] == 11)
    let names = "SELECT name, count(*) FROM item GROUP BY name ORDER BY name"
    #expect(try fixture.query(names) == [["changed", "20"], ["last", "1"], ["new", "80"], ["old", "80"]])
    let seen = "SELECT seen, \(MergeFixture.seenKeys) FROM weir.ledger WHERE run = '\(Fixture.secondRun)'"
    #expect(try fixture.query(seen) == [["151", "151"]])
    // What was learned holds for the next segment, a bad row in it put aside.
    _ = try fixture.query("ALTER TABLE item ADD CHECK (name <> 'bad') NOT VALID")
    let next = (201...280).map { Row.item($0, $0 == 240 ? "bad" : "next", version: "2026") }
    let more = try fixture.merge(fixture.segment(next, run: Fixture.secondRun, sequence: 2, mode: .full))
    #expect(more["inserted"] == 79 && more["rejected"] == 1)
  }

  @Test("a COPY at whose end triggers work has the time of a statement for that", .timeLimit(.minutes(1)))
  func longEnd() throws {
    let fixture = try Fixture(database: #", "statement_timeout": "30s", "copy_timeout": "1s", "retry_within": "0s""#)
    try slow(fixture, "AFTER")
    #expect(try fixture.merge(fixture.segment((1...150).map { .item($0, "a") }))["inserted"] == 150)
    #expect(try fixture.query("SELECT count(*) FROM weir.stg_item_1") == [["0"]], "it was loaded straight")
  }

  @Test("a first load that is too slow for one COPY is merged in parts", arguments: ["BEFORE", "AFTER"])
  func firstLoad(moment: String) throws {
    let fixture = try Fixture(database: Self.hurried)
    try slow(fixture, moment)
    for sequence in 1...2 {
      let rows = (1...100).map { Row.item(Int64(sequence * 1000 + $0), "a") }
      let counts = try fixture.merge(fixture.segment(rows, sequence: sequence, mode: .full))
      #expect(counts["inserted"] == 100)
    }
    #expect(try fixture.query("SELECT count(*), \(MergeFixture.seenKeys) FROM item") == [["200", "200"]])
  }

  @Test(
    "a merge that has the rows alone is waited for, longer than a statement may take",
    .timeLimit(.minutes(1))
  )
  func taken() async throws {
    let fixture = try Fixture(database: Self.hurried)
    _ = try fixture.merge(fixture.segment([.item(1, "a")]))
    let segment = try fixture.segment([.item(2, "a")], sequence: 2)
    var holder = try fixture.database.connect()
    var monitor = try fixture.database.connect()
    try holder.query("BEGIN")
    try holder.query(#"SELECT pg_advisory_xact_lock(hashtextextended('weir.rows:"public"."item"', 0))"#)
    let (pipeline, spool) = (fixture.pipeline, fixture.spool)
    async let merged = onThread {
      var processor = try Fixture.processor(pipeline, spool)
      return try processor.process(segment).counts
    }
    // It waits in one transaction, and then in another: its time-out was over in between.
    var waits: Set<String> = []
    while waits.count < 2 {
      let waiting = try monitor.query(
        """
        SELECT a.xact_start FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'advisory' AND NOT l.granted AND a.datname = current_database()
        """
      )
      waits.formUnion(waiting.compactMap { $0[0] })
      try await Task.sleep(for: .milliseconds(20))
    }
    try holder.query("COMMIT")
    #expect(try await merged["inserted"] == 1)
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

  @Test("a row that a trigger keeps out is the one that is put aside, also behind a key that comes again")
  func keptOut() throws {
    let fixture = try Fixture()
    _ = try fixture.query("ALTER TABLE item ADD CHECK (name <> 'bad')")
    _ = try fixture.query("CREATE FUNCTION keep_out() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
    _ = try fixture.query(
      "CREATE TRIGGER keep_out BEFORE INSERT ON item FOR EACH ROW WHEN (NEW.name = 'no') EXECUTE FUNCTION keep_out()"
    )
    let rows = [(1, "first"), (1, "last"), (2, "a"), (3, "no"), (4, "bad")].map { id, name in
      Row(id: id, members: "\"name\":\"\(name)\",\"tags\":null")
    }
    let segment = try fixture.segment(rows)
    let counts = try fixture.merge(segment)
    #expect(counts["inserted"] == 2 && counts["rejected"] == 2 && counts["superseded"] == 1)
    #expect(try fixture.query("SELECT id, name FROM item ORDER BY id") == [["1", "last"], ["2", "a"]])
    #expect(try RefusedRowsTests().rejected(fixture, segment).map(\.line) == [4, 5])
  }
}
