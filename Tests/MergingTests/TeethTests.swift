import Postgres
import Spool
import TestSupport
import Testing

@testable import Merging

/// What the other tests look for they find: each deliberate defect is noticed.
@Suite(.postgres)
struct TeethTests {
  typealias Fixture = MergeFixture

  @Test(
    "a ledger that is committed before the rows, and none at all, are noticed when the connection is cut",
    .timeLimit(.minutes(5)),
    arguments: [MergeDefect.ledgerOutside, .noLedger]
  )
  func ledger(defect: MergeDefect) async throws {
    for side in CutProxy.Side.allCases {
      if try await CutTests.cutEverywhere(.sending, side, defect: defect).problem != nil { return }
      try clear(["item", "photo"])
    }
    Issue.record("\(defect) went unnoticed")
  }

  @Test(
    "rows written in any order, and whatever comes last, are noticed where eight workers meet",
    .timeLimit(.minutes(5)),
    arguments: [MergeDefect.noOrder, .noVersionGuard]
  )
  func workers(defect: MergeDefect) async throws {
    for seed in UInt64(1)...20 {
      if try await isNoticed(defect, seed) { return }
      try clear(["shared", "other"])
    }
    Issue.record("\(defect) went unnoticed")
  }

  private func clear(_ tables: [String]) throws {
    var connection = try #require(TestDatabase.current).connect()
    try connection.executeScript(
      "DROP SCHEMA weir CASCADE; DROP TABLE \(tables.joined(separator: ", "))",
      while: "clear"
    )
    // Those of the migrations.
    try connection.executeScript(
      #"DROP TABLE "Property", "Media", "PropertyRooms", "OpenHouse", hotel, car"#,
      while: "clear"
    )
  }

  private func isNoticed(_ defect: MergeDefect, _ seed: UInt64) async throws -> Bool {
    do {
      return try await ParallelTests.problem(seed: seed, defect: defect) != nil
    } catch let error as PostgresError where error.sqlState?.rawValue == "40P01" {
      return true
    }
  }

  @Test(
    "rows that COPY did not take are noticed, and without comparing its count they would not be",
    arguments: [true, false]
  )
  func copyCount(compares: Bool) throws {
    let fixture = try Fixture()
    var processor = try fixture.processor(asking: .never, defect: compares ? nil : .noCountCheck)
    _ = try processor.process(fixture.segment([.item(1, "a")]))
    _ = try fixture.query(
      """
      CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      """
    )
    _ = try fixture.query(
      "CREATE TRIGGER lose BEFORE INSERT ON weir.stg_item_1 FOR EACH ROW WHEN (NEW.id = 3) EXECUTE FUNCTION lose()"
    )
    let segment = try fixture.segment([.item(2, "b"), .item(3, "c")], sequence: 2)
    let ends = Result { try processor.process(segment) }
    let table = try fixture.query("SELECT count(*) FROM item")
    if compares {
      #expect(throws: MergeError.self) { try ends.get() }
      #expect(table == [["1"]], "all of the segment or nothing")
    } else {
      #expect(try ends.get().settled)
      #expect(table == [["2"]], "a row is lost and nobody knows")
    }
  }
}
