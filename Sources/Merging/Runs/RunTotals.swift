internal import Postgres
internal import Spool

/// The ledger's sums for one run, and what they say together.
struct RunTotals {
  var sequences: [Int] = []
  var fetched = 0
  var rejected = 0
  /// Of them, those that hash and stage put aside.
  var rejectedBefore = 0
  var inserted = 0
  var updated = 0
  var unchanged = 0
  var superseded = 0
  var orphaned = 0
  var deleted = 0
  var adopted = 0
  var parted = 0
  /// Of the superseded, those whose stamps went backwards.
  var backwards = 0
  /// Segments of which not every fetched record is accounted for.
  var unbalanced: [Int] = []

  init(feed: String, run: RunID, on connection: inout Connection) throws(PostgresError) {
    let rows = try connection.query(
      """
      SELECT sequence, fetched, rejected, dropped, records, inserted, updated, unchanged, superseded, orphaned, deleted,
        refused, adopted, parted, backwards
      FROM weir.ledger WHERE feed = $1 AND run = $2 ORDER BY sequence
      """,
      parameters: [feed, run.description],
      while: "sum up run \(run)"
    )
    for row in rows {
      let counts = row.map { $0.flatMap(Int.init) ?? 0 }
      sequences.append(counts[0])
      fetched += counts[1]
      rejectedBefore += counts[2]
      rejected += counts[2] + counts[11]
      superseded += counts[3] + counts[8]
      inserted += counts[5]
      updated += counts[6]
      unchanged += counts[7]
      orphaned += counts[9]
      deleted += counts[10]
      adopted += counts[12]
      parted += counts[13]
      backwards += counts[14]
      // Before merge and in it: fetched = rejected + dropped + records, records = the seven together.
      let isBalanced = counts[1] == counts[2...4].reduce(0, +) && counts[4] == counts[5...11].reduce(0, +)
      if !isBalanced { unbalanced.append(counts[0]) }
    }
  }

  /// Records that merge has an answer for.
  var processed: Int { inserted + updated + unchanged + superseded + orphaned + deleted }

  /// Why the run does not balance; nil when fetched = inserted + updated + unchanged + superseded + orphaned + deleted +
  /// rejected.
  func imbalance(_ end: EndOfRun) -> String? {
    if let first = unbalanced.first {
      return "segment \(first) has records that are neither in the table nor set aside"
    }
    guard fetched == end.records else { return "fetch counted \(end.records) records, the segments hold \(fetched)" }
    return nil
  }
}
