import Postgres
import Spool
import SystemPackage
import TestSupport
import Testing

@testable import Monitoring

/// What the database remembers of runs.
@Suite(.postgres)
struct HistoryTests {
  private let database: TestDatabase

  init() throws {
    database = try #require(TestDatabase.current)
    var connection = try database.connect()
    let folder = Programs.packageRoot.appending("sql")
    _ = try Migrator(schema: "public").apply(directory: folder, on: &connection)
  }

  @Test("a run reads back as it was written, with every figure, quotation mark and line feed")
  func roundTrip() throws {
    let run = MadeRuns.full()
    try RunHistory.write([run, MadeRuns.plain()], to: database.target)
    let read = try RunHistory.latest(9, of: ["cars"], in: database.target)
    #expect(read["cars"]?.last == run)
    #expect(read["cars"]?.first == MadeRuns.plain(), "what was not measured stays unknown")
  }

  @Test("a run is found by the name of any of its feeds, with all its feeds in their order")
  func byName() throws {
    var (cars, hotels, other) = (
      MadeRuns.full("cars"), MadeRuns.full("hotels"), MadeRuns.full("cars", finished: 1_763_700_000_000)
    )
    (cars.run, hotels.run, other.run) = ("20261120T234408Z-aaaa", "20261120T234408Z-bbbb", "20261120T234408Z-cccc")
    try RunHistory.write([cars, hotels], to: database.target)
    try RunHistory.write([other], to: database.target)
    #expect(try RunHistory.run("20261120T234408Z-bbbb", in: database.target).map(\.feed) == ["cars", "hotels"])
    #expect(try RunHistory.run(nil, in: database.target) == [other])
    #expect(try RunHistory.run("20261120T234408Z-zzzz", in: database.target).isEmpty)
  }

  @Test("of each feed so many rows are kept, the newest")
  func bounded() throws {
    var connection = try database.connect()
    try RunHistory.write([MadeRuns.plain(), MadeRuns.full("hotels")], to: database.target)
    let columns =
      "began_at, feed, mode, status, finished_at, seconds, pages, fetched, inserted, updated, unchanged, superseded, "
      + "orphaned, deleted, rejected, segments, bytes, answer_bytes, retries, requests, request_errors, queries, query_errors, "
      + "batches, breaker_openings, waited_ms, memory_peak_bytes, missed, alerts, stages"
    try connection.execute(
      """
      INSERT INTO weir.run_metrics (\(columns)) SELECT \(columns)
        FROM weir.run_metrics, generate_series(1, \(RunHistory.runsMax + 50)) WHERE feed = 'cars'
      """
    )
    try RunHistory.write([MadeRuns.plain(seconds: 77, finished: 8)], to: database.target)
    let kept = try connection.query("SELECT feed, count(*) FROM weir.run_metrics GROUP BY feed ORDER BY feed")
    #expect(kept == [["cars", "\(RunHistory.runsMax)"], ["hotels", "1"]])
    #expect(try RunHistory.latest(1, of: ["cars"], in: database.target)["cars"]?.first?.seconds == 77)
  }
}
