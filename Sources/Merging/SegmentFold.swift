internal import PipelineConfig
internal import Postgres
internal import Spool

/// Folds what was copied of a segment into its table, and makes the counts for the ledger.
struct SegmentFold {
  let footer: SegmentFooter
  let merge: FeedMerge
  let copied: SegmentCopy.Copied

  /// In one statement.
  func whole(_ refused: inout RefusedRows, on connection: inout Connection) throws -> LedgerEntry {
    var scope = scope
    scope.noting = try notedRun(&connection)
    let outcome = try merge.statement.run(scope, on: &connection, while: activity)
    try setAsideKeptOut(outcome, scope, &refused, &connection)
    return entry(outcome, refused, seen: scope.noting == nil ? nil : outcome.distinct)
  }

  /// In ever smaller parts, until only what PostgreSQL refuses is left.
  func sifted(_ refused: inout RefusedRows, on connection: inout Connection) throws -> LedgerEntry {
    let room = merge.feed.rejects.maxCount - refused.count
    let sieve = Sieve(statement: merge.statement, scope: scope, activity: activity, refusedMax: room)
    let (outcome, found) = try sieve.run(on: &connection)
    try setAsideKeptOut(outcome, scope, &refused, &connection)
    for row in found { refused.add(copied.line(at: row.index), row.error) }
    // A refused row was brought all the same. One that never came into the staging table has a key that nobody knows, so
    // nothing is known of the run's keys.
    let isKnown = copied.refused.isEmpty
    let run = try notedRun(&connection)
    var seen: Int?
    if let run, isKnown { seen = try merge.statement.note(run, on: &connection, while: activity) }
    return entry(outcome, refused, seen: seen)
  }

  private var activity: String { "\(footer.label): merge into \(merge.target.qualified)" }

  private var scope: MergeStatement.Scope {
    MergeStatement.Scope(segment: footer.label, hasDeletions: copied.deletions > 0)
  }

  private func notedRun(_ connection: inout Connection) throws(PostgresError) -> String? {
    let run = footer.run.description
    switch footer.mode {
    case .full: return try merge.seen.open(for: run, on: &connection) ? run : nil
    case .incremental:
      guard merge.seen.isShared else { return nil }
      return try merge.seen.join(run, on: &connection) ? run : nil
    }
  }

  /// A trigger that returns NULL refuses a row without a word; it is put aside like any other.
  private func setAsideKeptOut(
    _ outcome: MergeStatement.Outcome,
    _ scope: MergeStatement.Scope,
    _ refused: inout RefusedRows,
    _ connection: inout Connection
  ) throws(PostgresError) {
    guard outcome.unwritten > 0 else { return }
    let places = try Places(merge.staging, on: &connection)
    for place in try merge.statement.unwritten(scope, on: &connection, while: activity) {
      guard let index = places.index(of: place) else { continue }
      let reason = PostgresError("a trigger or a rule of the table kept the row out", while: activity)
      refused.add(copied.line(at: index), reason)
    }
  }

  private func entry(_ outcome: MergeStatement.Outcome, _ refused: RefusedRows, seen: Int?) -> LedgerEntry {
    var entry = LedgerEntry(records: footer.records)
    entry.inserted = outcome.inserted
    entry.updated = outcome.updated
    entry.unchanged = outcome.unchanged
    entry.orphaned = outcome.orphaned
    entry.deleted = outcome.deleted
    entry.refused = refused.count
    // What is left met a newer version: in the segment, in the table, among the orphans, or of a worker that was faster.
    entry.superseded = footer.records - entry.accounted
    entry.seen = seen
    return entry
  }
}
