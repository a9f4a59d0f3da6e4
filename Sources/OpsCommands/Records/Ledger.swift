internal import Postgres
internal import Spool

/// Questions to `weir.ledger`: which segments are merged.
enum Ledger {
  /// The ledger's rows for a segment, as `weir spool where` prints them: feed, `ledger`, when, counts.
  static func lines(for name: SegmentName, in target: DatabaseTarget) throws -> [[String]] {
    var connection = try Connection(to: target, applicationName: "weir spool where")
    let rows = try connection.query(
      """
      SELECT feed, to_char(merged_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
             format('fetched=%s rejected=%s dropped=%s inserted=%s updated=%s unchanged=%s superseded=%s deleted=%s '
                    'orphaned=%s refused=%s',
                    fetched, rejected, dropped, inserted, updated, unchanged, superseded, deleted, orphaned, refused)
        FROM weir.ledger WHERE run = $1 AND sequence = $2 ORDER BY feed
      """,
      parameters: [name.run.description, String(name.sequence)],
      while: "read weir.ledger"
    )
    return rows.map { row in [row[0] ?? "", "ledger", row[1] ?? TextTable.nothing, row[2] ?? ""] }
  }
}
