internal import Postgres
internal import Spool

/// What one segment did, as `weir.ledger` keeps it.
struct LedgerEntry: Equatable {
  var records = 0
  var inserted = 0
  var updated = 0
  var unchanged = 0
  var superseded = 0
  var orphaned = 0
  /// Deletions that the vendor told of.
  var deleted = 0
  /// Put aside with PostgreSQL's reason.
  var refused = 0
  var adopted = 0
  /// Rows of child feeds, put aside because their parents were deleted.
  var parted = 0
  /// Of the unchanged, those whose newer stamp was noted. For the next segment; the ledger does not keep it.
  var confirmed = 0
  /// Of the superseded, those whose stamps went backwards.
  var backwards = 0
  /// Distinct keys noted for a full run; nil when none were noted.
  var seen: Int?

  /// Records whose fate the database decided, superseded ones aside.
  var accounted: Int { inserted + updated + unchanged + orphaned + deleted + refused }

  /// Totals for the end of the program, by the names that every program of the family uses.
  var counts: [String: Int] {
    var counts = [
      "segments": 1, "records": records, "inserted": inserted, "updated": updated, "unchanged": unchanged,
      "superseded": superseded, "orphaned": orphaned, "adopted": adopted,
    ]
    if backwards > 0 { counts["backwards"] = backwards }
    if parted > 0 { counts["parted"] = parted }
    if deleted > 0 { counts["deleted"] = deleted }
    if refused > 0 { counts["rejected"] = refused }
    return counts
  }
}

/// The ledger: what makes a segment that comes again a known one.
///
/// Its row is written in the transaction that merges the segment, so both are there or neither is. It is written first:
/// a second worker with the same segment waits for the first one's end there, before it does any work.
enum Ledger {
  /// Enters a segment.
  ///
  /// - Returns: Nil when it was not there; otherwise what it did when it was merged.
  static func enter(_ footer: SegmentFooter, on connection: inout Connection) throws(PostgresError) -> LedgerEntry? {
    let entered = try connection.execute(
      """
      INSERT INTO weir.ledger (feed, run, sequence, mode, fetched, rejected, dropped, records,
        inserted, updated, unchanged, superseded, orphaned, adopted)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING
      """,
      parameters: key(footer) + [
        footer.mode.rawValue, String(footer.fetched), String(footer.rejected), String(footer.leftOut),
        String(footer.records),
      ],
      while: "enter \(footer.label) into the ledger"
    )
    return entered == 1 ? nil : try find(footer, on: &connection)
  }

  /// Completes the row that ``enter(_:on:)`` made.
  static func complete(
    _ footer: SegmentFooter,
    _ entry: LedgerEntry,
    on connection: inout Connection
  ) throws(PostgresError) {
    let numbers = [
      entry.inserted, entry.updated, entry.unchanged, entry.superseded, entry.orphaned, entry.adopted,
      entry.deleted, entry.refused, entry.parted,
      entry.backwards,
    ]
    try connection.execute(
      """
      UPDATE weir.ledger SET inserted = $4, updated = $5, unchanged = $6, superseded = $7, orphaned = $8, adopted = $9,
        deleted = $10, refused = $11, parted = $12, backwards = $13, seen = $14, merged_at = clock_timestamp()
      WHERE feed = $1 AND run = $2 AND sequence = $3
      """,
      parameters: key(footer) + numbers.map { String($0) } + [entry.seen.map { String($0) }],
      while: "complete \(footer.label) in the ledger"
    )
  }

  /// Notes how far the feed's run has come.
  static func checkpoint(_ footer: SegmentFooter, on connection: inout Connection) throws(PostgresError) {
    try connection.execute(
      """
      INSERT INTO weir.sync_checkpoints AS c (feed, run, sequence, segments, records, highest_version)
      VALUES ($1, $2, $3, 1, $4, $5)
      ON CONFLICT (feed) DO UPDATE SET run = excluded.run, highest_version = excluded.highest_version,
        sequence = CASE WHEN c.run = excluded.run THEN greatest(c.sequence, excluded.sequence) ELSE excluded.sequence END,
        segments = CASE WHEN c.run = excluded.run THEN c.segments + 1 ELSE 1 END,
        records = CASE WHEN c.run = excluded.run THEN c.records + excluded.records ELSE excluded.records END,
        updated_at = clock_timestamp()
      WHERE c.run <= excluded.run
      """,
      parameters: key(footer) + [String(footer.records), footer.highestVersion],
      while: "note the checkpoint of \(footer.label)"
    )
  }

  private static func find(_ footer: SegmentFooter, on connection: inout Connection) throws(PostgresError)
    -> LedgerEntry?
  {
    let rows = try connection.query(
      """
      SELECT records, inserted, updated, unchanged, superseded, orphaned, adopted, deleted, refused, seen, parted, backwards
      FROM weir.ledger
      WHERE feed = $1 AND run = $2 AND sequence = $3
      """,
      parameters: key(footer),
      while: "find \(footer.label) in the ledger"
    )
    guard let row = rows.first else { return nil }
    let counts = row.map { $0.flatMap(Int.init) }
    return LedgerEntry(
      records: counts[0] ?? 0,
      inserted: counts[1] ?? 0,
      updated: counts[2] ?? 0,
      unchanged: counts[3] ?? 0,
      superseded: counts[4] ?? 0,
      orphaned: counts[5] ?? 0,
      deleted: counts[7] ?? 0,
      refused: counts[8] ?? 0,
      adopted: counts[6] ?? 0,
      parted: counts[10] ?? 0,
      backwards: counts[11] ?? 0,
      seen: counts[9]
    )
  }

  private static func key(_ footer: SegmentFooter) -> [String?] {
    [footer.feed, footer.run.description, String(footer.sequence)]
  }
}

extension SegmentFooter {
  /// Records that the stages before put aside, each with a reason.
  var rejected: Int { dropped.reduce(0) { $0 + ($1.key.hasSuffix(".rejected") ? $1.value : 0) } }

  /// Records that the stages before left out because another one says it: exact repeats and older versions.
  var leftOut: Int { dropped.reduce(0) { $0 + ($1.key.hasSuffix(".rejected") ? 0 : $1.value) } }

  /// The segment as errors and orphans name it: `cars 20261120T234408Z-7k2q-000042`.
  var label: String { "\(feed) \(SegmentName(run: run, sequence: sequence))" }
}
