internal import PipelineConfig
internal import Postgres
internal import Spool
internal import SystemPackage

/// Acts on a run's end segment: checks that nothing disappeared, moves the watermark, writes the log.
///
/// All in one transaction, and done twice it is the same.
struct RunEnd {
  let footer: SegmentFooter
  let end: EndOfRun
  let spool: Spool
  /// A person has said that the guard over deletions need not be asked.
  let allowsDeletions: Bool

  /// What came of it.
  enum Outcome {
    /// Not every segment of the run is merged yet; the names of those that are not.
    case waiting([SegmentName])
    case settled(Report)
  }

  struct Report {
    /// Orphans of this feed that were loaded now.
    var adopted: Int
    /// Rows of child feeds, put aside now because their parents vanished.
    var parted: Int
    /// Records with older stamps than earlier runs had brought.
    var backwards: Int
    /// Rows of the table that a complete full run did not see; nil when that is not known.
    var unseen: Int?
    /// Rows marked or removed because a complete full run did not bring them; nil when that was not asked or not known.
    var vanished: Int?
    /// Why nothing was deleted though the feed wants it.
    var doubt: String?
    /// The feed's position after the run, as the database has it now.
    var watermark: String?
    /// The run and the mode that brought it there; the run need not be this one.
    var run: String
    var mode: String
    /// Why the run counts as failed; its watermark stays then.
    var failure: MergeError?
  }

  /// Settles the run, or says what it waits for. `others` are all other feeds into the same table.
  func run(
    _ merge: FeedMerge,
    children: [ChildMerge],
    others: [SeenTable],
    on connection: inout Connection
  ) throws -> Outcome {
    try connection.transaction { connection in
      // One at a time: two ends of a feed must not pass each other between reading the state and writing it.
      let lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
      try connection.query(lock, parameters: ["weir.end:\(footer.feed)"], while: "end run \(footer.run)")
      var totals = try RunTotals(feed: footer.feed, run: footer.run, on: &connection)
      let missing = missingSegments(totals)
      guard missing.isEmpty else { return .waiting(missing) }

      var failure = failure(totals, merge.feed)
      let hasParent = merge.feed.parent != nil
      let own = ChildMerge(merge: merge, children: children)
      let adopted = try hasParent ? Adoption(child: own).run(.all, on: &connection) : 0
      totals.adopted += adopted
      var finding = Vanished.Finding()
      if failure == nil {
        finding = try vanished(merge, children, others, totals).settle(on: &connection)
        if let refusal = finding.refusal {
          let held = spool.root.appending(footer.feed).appending("staged").appending("held").appending(
            footer.name.fileName
          )
          failure = .deletionsRefused(feed: footer.feed, reason: refusal, path: held.string)
        }
      }
      totals.parted += finding.parted
      try Orphans.trim(merge.feed, on: &connection)
      if failure == nil, end.complete { try moveState(&connection) }
      try log(totals, finding, failure: failure, &connection)
      let state = try connection.query(
        "SELECT watermark, run, mode FROM weir.sync_state WHERE feed = $1",
        parameters: [footer.feed],
        while: activity
      ).first
      return .settled(
        Report(
          adopted: adopted,
          parted: finding.parted,
          backwards: totals.backwards,
          unseen: finding.unseen,
          vanished: finding.deleted,
          doubt: finding.doubt,
          watermark: state?[0],
          run: state?[1] ?? footer.run.description,
          mode: state?[2] ?? footer.mode.rawValue,
          failure: failure
        )
      )
    }
  }

  private func failure(_ totals: RunTotals, _ feed: Feed) -> MergeError? {
    let run = footer.run.description
    if let reason = totals.imbalance(end) { return .unbalanced(feed: feed.name, run: run, reason: reason) }
    let complaint = feed.rejects.complaint(rejected: totals.rejected, of: totals.fetched)
    return complaint.map { .tooManyRejected(feed: feed.name, run: run, reason: $0) }
  }

  private var activity: String { "end run \(footer.run) of feed \(footer.feed)" }

  /// A run numbers its segments without gaps, and the end comes after the last.
  private func missingSegments(_ totals: RunTotals) -> [SegmentName] {
    let merged = Set(totals.sequences)
    return (footer.sequence - end.segments..<footer.sequence).filter { !merged.contains($0) }
      .map { SegmentName(run: footer.run, sequence: $0) }
  }

  private func vanished(
    _ merge: FeedMerge,
    _ children: [ChildMerge],
    _ others: [SeenTable],
    _ totals: RunTotals
  ) -> Vanished {
    Vanished(
      merge: merge,
      children: children,
      others: others,
      footer: footer,
      end: end,
      totals: totals,
      spool: spool,
      isAllowed: allowsDeletions
    )
  }

  /// Forward only: the end of an older run that comes late does not set the feed back. A run that brought nothing has
  /// no watermark of its own and leaves the one there is.
  private func moveState(_ connection: inout Connection) throws(PostgresError) {
    try connection.execute(
      """
      INSERT INTO weir.sync_state AS s (feed, watermark, run, mode) VALUES ($1, $2, $3, $4)
      ON CONFLICT (feed) DO UPDATE SET watermark = coalesce(excluded.watermark, s.watermark), run = excluded.run,
        mode = excluded.mode, updated_at = clock_timestamp()
      WHERE s.run <= excluded.run
      """,
      parameters: [footer.feed, end.watermark, footer.run.description, footer.mode.rawValue],
      while: activity
    )
  }

  private func log(
    _ totals: RunTotals,
    _ finding: Vanished.Finding,
    failure: MergeError?,
    _ connection: inout Connection
  ) throws(PostgresError) {
    let status = failure != nil ? "failed" : end.complete ? "succeeded" : "incomplete"
    let numbers: [Int?] = [
      end.records, totals.processed, totals.inserted, totals.updated, totals.unchanged, totals.superseded,
      totals.orphaned, totals.adopted, totals.rejected,
      max(0, end.records - totals.processed - totals.rejected),
      finding.unseen, totals.deleted, finding.deleted, totals.parted, totals.backwards,
    ]
    let texts = [footer.run.description, footer.feed, footer.mode.rawValue, status, end.since, end.watermark]
    // A run's name begins with the time at which it began.
    try connection.execute(
      """
      INSERT INTO weir.sync_log (run, feed, mode, status, since, watermark, error, fetched, processed, inserted, updated,
        unchanged, superseded, orphaned, adopted, rejected, failed, unseen, deleted, vanished, parted,
        backwards, started_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
        to_timestamp(left($1, 15), 'YYYYMMDD"T"HH24MISS'))
      ON CONFLICT (feed, run) DO UPDATE SET status = excluded.status, watermark = excluded.watermark,
        error = excluded.error, fetched = excluded.fetched, processed = excluded.processed,
        inserted = excluded.inserted, updated = excluded.updated, unchanged = excluded.unchanged,
        superseded = excluded.superseded, orphaned = excluded.orphaned,
        adopted = greatest(sync_log.adopted, excluded.adopted), rejected = excluded.rejected,
        failed = excluded.failed, unseen = excluded.unseen, deleted = excluded.deleted, vanished = excluded.vanished, parted = greatest(sync_log.parted, excluded.parted),
        backwards = excluded.backwards,
        since = excluded.since, mode = excluded.mode,
        finished_at = clock_timestamp()
      WHERE sync_log.status <> 'succeeded'
      """,
      parameters: texts + [failure?.message] + numbers.map { $0.map { String($0) } },
      while: activity
    )
  }
}
