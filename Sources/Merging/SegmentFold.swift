internal import PipelineConfig
internal import Postgres
internal import Spool

/// Folds what was copied of a segment into its table, and makes the counts for the ledger.
struct SegmentFold {
  let footer: SegmentFooter
  let merge: FeedMerge
  var copied: SegmentCopy.Copied
  let circumstances: FeedMerge.Circumstances
  /// How many rows one statement merges; nil for all.
  var rowsMax: Int?
  /// What a question has settled already; nil when none was asked.
  var answer: Question.Answer?

  /// In one statement; in parts, where so many rows are too much for one.
  func whole(_ rows: Int, _ refused: inout RefusedRows, on connection: inout Connection) throws -> LedgerEntry {
    var scope = scope
    var seen = answer.flatMap { $0.isNoted ? $0.distinct : nil }
    var outcome: MergeStatement.Outcome
    var places: Places?
    if let rowsMax, rowsMax < rows {
      if answer == nil, let run = circumstances.noting {
        seen = try merge.statement.note(run, on: &connection, while: activity)
      }
      let sieve = Sieve(statement: merge.statement, scope: scope, activity: activity, rowsMax: rowsMax)
      let sieved = try sieve.places(on: &connection)
      outcome = try sieve.parts(sieved, on: &connection)
      places = sieved
    } else {
      if answer == nil { scope.noting = circumstances.noting }
      outcome = try merge.statement.run(scope, on: &connection, while: activity)
      if scope.noting != nil { seen = outcome.distinct }
    }
    guard let answer else {
      try setAsideKeptOut(outcome, scope, places, &refused, &connection)
      return entry(outcome, refused, seen: seen)
    }
    // Which line it was is not known here: the segment is done again, all of it sent.
    if outcome.unwritten > 0 { throw SentTooLittle() }
    outcome.unchanged += answer.unchanged
    outcome.confirmed += answer.confirmed
    outcome.backwards += answer.backwards
    return entry(outcome, refused, seen: seen)
  }

  /// In ever smaller parts, until only what PostgreSQL refuses is left.
  func sifted(_ refused: inout RefusedRows, on connection: inout Connection) throws -> LedgerEntry {
    // A refused row was brought all the same. One that never came into the staging table has a key that nobody knows, so
    // nothing is known of the run's keys. Noted first, as the one statement does: everybody takes that table before rows.
    var seen: Int?
    if copied.refused.isEmpty, let run = circumstances.noting {
      seen = try merge.statement.note(run, on: &connection, while: activity)
    }
    let room = merge.feed.rejects.maxCount - refused.count
    let sieve = Sieve(
      statement: merge.statement,
      scope: scope,
      activity: activity,
      rowsMax: rowsMax,
      refusedMax: room
    )
    let places = try sieve.places(on: &connection)
    let (outcome, found) = try sieve.run(places, on: &connection)
    try setAsideKeptOut(outcome, scope, places, &refused, &connection)
    for row in found { refused.add(copied.line(at: row.index), row.error) }
    return entry(outcome, refused, seen: seen)
  }

  private var activity: String { "\(footer.label): merge into \(merge.target.qualified)" }

  private var scope: MergeStatement.Scope {
    MergeStatement.Scope(
      segment: footer.label,
      run: footer.run.description,
      isAuthoritative: circumstances.isAuthoritative,
      hasDeletions: copied.deletions > 0,
      isAlone: circumstances.isAlone,
      overtaken: circumstances.overtaken
    )
  }

  /// A trigger that returns NULL refuses a row without a word; it is put aside like any other.
  private func setAsideKeptOut(
    _ outcome: MergeStatement.Outcome,
    _ scope: MergeStatement.Scope,
    _ places: Places?,
    _ refused: inout RefusedRows,
    _ connection: inout Connection
  ) throws {
    guard outcome.unwritten > 0 else { return }
    let places = try places ?? (try Places(merge.staging, on: &connection))
    for place in try merge.statement.unwritten(scope, on: &connection, while: activity) {
      guard let index = places.index(of: place) else { continue }
      let reason = PostgresError("a trigger or a rule of the table kept the row out", while: activity)
      refused.add(copied.line(at: index), reason)
    }
  }

  /// Of an answer that wants nothing sent.
  func nothing(_ answer: Question.Answer, _ refused: RefusedRows) -> LedgerEntry {
    var outcome = MergeStatement.Outcome()
    outcome.unchanged = answer.unchanged
    outcome.confirmed = answer.confirmed
    outcome.backwards = answer.backwards
    return entry(outcome, refused, seen: answer.isNoted ? answer.distinct : nil)
  }

  private func entry(_ outcome: MergeStatement.Outcome, _ refused: RefusedRows, seen: Int?) -> LedgerEntry {
    var entry = LedgerEntry(records: footer.records)
    entry.inserted = outcome.inserted
    entry.updated = outcome.updated
    entry.unchanged = outcome.unchanged
    entry.orphaned = outcome.orphaned
    entry.deleted = outcome.deleted
    entry.refused = refused.count
    entry.confirmed = outcome.confirmed
    entry.backwards = outcome.backwards
    // What is left met a newer version: in the segment, in the table, among the orphans, or of a worker that was faster.
    entry.superseded = footer.records - entry.accounted
    entry.seen = seen
    return entry
  }
}

/// A row that was sent was not written though nothing refused it.
struct SentTooLittle: Error {}

/// Rows are unchanged with a newer stamp, or another worker has just made them the same. That is noted beside the row, where a
/// worker that has an older version of it in hand at this moment would not look again: the rows are to be locked alone.
struct NeedsRowsAlone: Error {}
