internal import PipelineConfig
internal import Postgres
internal import Spool
internal import SystemPackage

/// Merges one data segment in one transaction.
///
/// A crash anywhere leaves nothing, and the segment where it was; after the COMMIT the ledger has it. So doing it again
/// is always right.
struct SegmentMerge {
  let footer: SegmentFooter
  let path: FilePath

  /// What became of the segment.
  struct Outcome {
    var entry: LedgerEntry
    /// It was in the ledger: nothing was done now.
    var wasKnown: Bool
  }

  /// - Throws: ``MergeError``, `PostgresError`, or `SpoolError` when the file is damaged.
  func run(_ merge: FeedMerge, adopting adoptions: [Adoption], on connection: inout Connection) throws -> Outcome {
    do {
      return try connection.transaction { connection in
        try connection.executeScript(Self.settings, while: "prepare the merge")
        if let known = try Ledger.enter(footer, on: &connection) { return Outcome(entry: known, wasKnown: true) }
        try copy(merge, &connection)
        var entry = try fold(merge, &connection)
        for adoption in adoptions {
          let choice = Adoption.Choice.parentsIn(merge.staging, key: merge.feed.keyColumns[0])
          entry.adopted += try adoption.run(choice, on: &connection)
        }
        try Ledger.complete(footer, entry, on: &connection)
        try Ledger.checkpoint(footer, on: &connection)
        return Outcome(entry: entry, wasKnown: false)
      }
    } catch let error as PostgresError where error.isDataError {
      throw MergeError.refused(segment: footer.label, reason: error.message)
    }
  }

  /// For this transaction only.
  private static let settings = """
    SET LOCAL work_mem = '64MB';
    SET LOCAL random_page_cost = 1.1;
    SET LOCAL jit = off;
    SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
    """
  // work_mem: the wanted rows of a segment, 16 MiB by default, are sorted in memory and not in a file.
  // random_page_cost: a segment asks for its own keys, and its own keys alone, through the index. With the default of 4
  //   the planner may choose to read a big table whole for every segment.
  // jit: compiling the statement would take longer than running it.
  // synchronous_commit: what the ledger says must be true after a power cut.
  //
  // There is no ANALYZE. The one plan that is right does not depend on statistics of the staging table: sort it
  // narrowly, look each key up in the target, fetch the wanted rows by place. For 200,000 rows in ten segments, ANALYZE
  // of key, hash and version costs 0.25 s, of all columns 2.0 s, of 2.5 s, and changes no plan.

  private func copy(_ merge: FeedMerge, _ connection: inout Connection) throws {
    let staging = merge.staging
    try connection.query("TRUNCATE \(staging.qualified)", while: "empty \(staging.qualified)")
    let list = staging.columns.map(Identifier.quoted).joined(separator: ", ")
    var sent = 0
    let statement = "COPY \(staging.qualified) (\(list)) FROM STDIN"
    let accepted = try connection.copy(statement, while: "\(footer.label): COPY") { writer in
      var rows = CopyRows(columns: staging.rows)
      var reader = try SegmentReader(path)
      guard reader.footer == footer else { throw MergeError.replaced(segment: footer.label) }
      _ = try reader.forEachLine { line, number in
        do throws(CopyRows.BadLine) {
          try rows.append(line)
        } catch {
          throw MergeError.badLine(segment: footer.label, line: number, reason: error.reason)
        }
        sent = number
        try rows.send(to: &writer, all: false)
      }
      try rows.send(to: &writer, all: true)
    }
    // A COPY can end early and succeed, and a server that crashed meanwhile has emptied the table.
    guard accepted == sent, sent == footer.records else {
      throw MergeError.miscounted(segment: footer.label, sent: sent, accepted: accepted)
    }
  }

  private func fold(_ merge: FeedMerge, _ connection: inout Connection) throws(PostgresError) -> LedgerEntry {
    let run = footer.run.description
    let isNoted = footer.mode == .full ? try merge.seen.open(for: run, on: &connection) : false
    let outcome = try merge.statement.run(
      on: &connection,
      segment: footer.label,
      noting: isNoted ? run : nil,
      while: "\(footer.label): merge into \(merge.target.qualified)"
    )
    var entry = LedgerEntry(records: footer.records)
    entry.inserted = outcome.inserted
    entry.updated = outcome.updated
    entry.unchanged = outcome.unchanged
    entry.orphaned = outcome.orphaned
    // What is left met a newer version: in the segment, in the table, among the orphans, or of a worker that was faster.
    entry.superseded = footer.records - outcome.inserted - outcome.updated - outcome.unchanged - outcome.orphaned
    entry.seen = isNoted ? outcome.distinct : nil
    return entry
  }
}
