import PipelineConfig
import Postgres
import Spool
import TestSupport
import Testing

@testable import Merging

/// What merge notes beside the tables is kept for a time.
@Suite(.postgres)
struct HistoryTests {
  typealias Fixture = MergeFixture

  /// A run of one segment, as long ago as the days say, and its end.
  private func run(_ fixture: Fixture, _ number: Int, _ mode: RunMode, days: Int) throws {
    let run = "2026010\(number)T000000Z-aaaa"
    _ = try fixture.merge(fixture.segment([.item(Int64(number), "a")], run: run, mode: mode))
    _ = try fixture.process(fixture.end(run: run, segments: 1, records: 1, mode: mode))
    let past = "clock_timestamp() - interval '\(days) days'"
    _ = try fixture.query("UPDATE weir.ledger SET merged_at = \(past) WHERE run = '\(run)'")
    _ = try fixture.query("UPDATE weir.sync_log SET finished_at = \(past) WHERE run = '\(run)'")
    _ = try fixture.query("UPDATE weir.sync_state SET pruned_at = NULL")
  }

  private func runs(_ fixture: Fixture, _ table: String) throws -> [String] {
    try fixture.query("SELECT substr(run, 8, 1) FROM weir.\(table) ORDER BY run").compactMap { $0[0] }
  }

  @Test("what is older than is kept goes after a run, and what a full run's end needs stays")
  func ages() throws {
    let fixture = try Fixture()
    try run(fixture, 1, .incremental, days: 1000)
    try run(fixture, 2, .full, days: 900)
    try run(fixture, 3, .incremental, days: 800)
    try run(fixture, 4, .incremental, days: 80)
    _ = try fixture.query(
      """
      INSERT INTO weir.tombstone SELECT '"public"."item"', t.key, '1', clock_timestamp() - t.age * interval '1 day'
      FROM (VALUES ('[7]', 366), ('[8]', 364)) AS t (key, age)
      """
    )
    _ = try fixture.query(
      """
      INSERT INTO weir.orphan (feed, key, data_version, staged, segment, kept_at)
      SELECT 'item', t.key, '1', '{}', 's', clock_timestamp() - t.age * interval '1 day'
      FROM (VALUES ('[7]', 366), ('[8]', 364)) AS t (key, age)
      """
    )
    try run(fixture, 5, .incremental, days: 0)
    #expect(try runs(fixture, "ledger") == ["2", "3", "4", "5"], "the latest full run and what came after it")
    #expect(try runs(fixture, "sync_log") == ["2", "4", "5"])
    #expect(try fixture.query("SELECT key FROM weir.tombstone") == [["[8]"]])
    #expect(try fixture.query("SELECT key FROM weir.orphan") == [["[8]"]])
    #expect(try fixture.query("SELECT watermark IS NOT NULL FROM weir.sync_state") == [["t"]])
  }

  @Test("old notes are looked for once a day")
  func daily() throws {
    let fixture = try Fixture()
    try run(fixture, 1, .incremental, days: 1000)
    _ = try fixture.query("UPDATE weir.sync_state SET pruned_at = clock_timestamp() - interval '23 hours'")
    _ = try fixture.process(fixture.end(run: "20260102T000000Z-aaaa", segments: 0, records: 0))
    #expect(try runs(fixture, "ledger") == ["1"])
    _ = try fixture.query("UPDATE weir.sync_state SET pruned_at = clock_timestamp() - interval '25 hours'")
    _ = try fixture.process(fixture.end(run: "20260103T000000Z-aaaa", segments: 0, records: 0))
    #expect(try runs(fixture, "ledger") == [])
  }
}
