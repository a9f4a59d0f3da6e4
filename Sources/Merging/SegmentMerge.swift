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
  let spool: Spool

  /// What became of the segment.
  struct Outcome {
    var entry: LedgerEntry
    /// It was in the ledger: nothing was done now.
    var wasKnown: Bool
  }

  /// Merges the segment whole; when PostgreSQL refuses it, once more, row for row where need be.
  ///
  /// - Throws: ``MergeError``, `PostgresError`, or `SpoolError` when the file is damaged.
  func run(_ merge: FeedMerge, adopting adoptions: [Adoption], on connection: inout Connection) throws -> Outcome {
    do {
      return try run(merge, adoptions, isSifting: false, &connection)
    } catch let error as PostgresError where error.isDataError {
      do {
        return try run(merge, adoptions, isSifting: true, &connection)
      } catch let error as TooManyRefused {
        let reason = "\(error.count) rows and more are refused, the first with \(error.first.message)"
        throw MergeError.refused(segment: footer.label, reason: reason)
      }
    }
  }

  private func run(
    _ merge: FeedMerge,
    _ adoptions: [Adoption],
    isSifting: Bool,
    _ connection: inout Connection
  ) throws -> Outcome {
    try connection.transaction { connection in
      try connection.executeScript(Self.settings, while: "prepare the merge")
      if let known = try Ledger.enter(footer, on: &connection) { return Outcome(entry: known, wasKnown: true) }
      let copy = SegmentCopy(footer: footer, path: path, staging: merge.staging)
      let refusedMax = merge.feed.rejects.maxCount
      let copied = try isSifting ? copy.sifted(refusedMax: refusedMax, on: &connection) : copy.whole(on: &connection)
      var refused = RefusedRows(footer: footer)
      for row in copied.refused { refused.add(row.line, row.error) }
      if copied.deletions > 0 {
        try RowsLock.alone(merge.target, on: &connection)
      } else {
        try RowsLock.share(merge.target, on: &connection)
      }
      let fold = SegmentFold(footer: footer, merge: merge, copied: copied)
      var entry = try isSifting ? fold.sifted(&refused, on: &connection) : fold.whole(&refused, on: &connection)
      for adoption in adoptions {
        let choice = Adoption.Choice.parentsIn(merge.staging, key: merge.feed.keyColumns[0])
        entry.adopted += try adoption.run(choice, on: &connection)
      }
      try Ledger.complete(footer, entry, on: &connection)
      try Ledger.checkpoint(footer, on: &connection)
      if refused.count > 0 { try refused.nameColumns(of: merge.target, on: &connection) }
      let writer = try spool.rejectWriter(feed: footer.feed, segment: footer.name, stage: .merge)
      try refused.publish(from: copy, with: writer)
      return Outcome(entry: entry, wasKnown: false)
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
}
