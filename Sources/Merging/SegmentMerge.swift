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
  /// A full run that a person called authoritative: it overrules what earlier runs said, whatever the stamps.
  var isAuthoritative = false

  /// What became of the segment.
  struct Outcome {
    var entry: LedgerEntry
    /// It was in the ledger: nothing was done now.
    var wasKnown: Bool
    /// It was to be loaded straight into its table, and had to be sent.
    var wasRefused = false
    /// Rows that statements merged, and how long they took.
    var pace = (rows: 0, took: Duration.zero)
    var compared = Compared.not
  }

  /// What comparing a segment with its table by digests (``Comparison``) came to.
  enum Compared: Equatable {
    case not
    /// So many rows were found to be as they are in the table; none, too, where the segment's keys could not be compared.
    case with(equal: Int)
  }

  /// What the segments before let expect of this one. Wrong, it costs time, and with `loads` room in the table (``AskPolicy``).
  struct Expectation {
    /// Most rows are unchanged: ask before they are sent.
    var asks = false
    /// Nearly all rows are unchanged: compare before asking.
    var compares = false
    /// All rows are new.
    var loads = false
    /// Rows come again unchanged with a newer stamp: lock the rows alone at once.
    var isAlone = false
    /// How many rows one statement merges; nil for all of the segment.
    var rowsMax: Int?
  }

  /// Merges the segment whole; when PostgreSQL refuses it, once more, row for row where need be.
  ///
  /// - Throws: ``MergeError``, ``TooSlow``, `PostgresError`, or `SpoolError` when the file is damaged.
  func run(
    _ merge: FeedMerge,
    children: [ChildMerge],
    expecting expectation: Expectation,
    on connection: inout Connection
  ) throws -> Outcome {
    var wasRefused = false
    do {
      do {
        if mayLoad(merge, children, expectation) { return try load(merge, &connection) }
        return try run(merge, children, expectation.asks ? .asking : .sending, expectation, &connection)
      } catch let error where error is SentTooLittle || error is NotAllNew {
        wasRefused = error is NotAllNew
        var outcome = try run(merge, children, .sending, expectation, &connection)
        outcome.wasRefused = wasRefused
        return outcome
      }
    } catch let error as PostgresError where error.isDataError {
      do {
        var outcome = try run(merge, children, .sifting, expectation, &connection)
        outcome.wasRefused = wasRefused
        return outcome
      } catch let error as TooManyRefused {
        let reason = "\(error.count) rows and more are refused, the first with \(error.first.message)"
        throw MergeError.refused(segment: footer.label, reason: reason)
      }
    }
  }

  /// Nothing else is to be done with the rows than to write them, at once.
  private func mayLoad(_ merge: FeedMerge, _ children: [ChildMerge], _ expectation: Expectation) -> Bool {
    expectation.loads && merge.isLoadable && children.isEmpty && expectation.rowsMax == nil
      && !needsRowsAlone(merge, expectation)
  }

  /// What overrules takes notes away, and what is logged has to be what was there.
  private func needsRowsAlone(_ merge: FeedMerge, _ expectation: Expectation) -> Bool {
    isAuthoritative || merge.feed.tracking.logsChanges || expectation.isAlone
  }

  private enum Way {
    /// The database says what it lacks, and only that is sent.
    case asking
    case sending
    /// Row for row where need be.
    case sifting
  }

  private func run(
    _ merge: FeedMerge,
    _ children: [ChildMerge],
    _ way: Way,
    _ expectation: Expectation,
    _ connection: inout Connection
  ) throws -> Outcome {
    try once(merge, &connection) { copy, connection in
      let sent = try send(copy, merge, way, expectation, &connection)
      var folded = try locked(
        merge.target,
        alone: sent.deletions > 0 || way == .sifting || needsRowsAlone(merge, expectation),
        &connection
      ) {
        try fold(sent, copy, merge, way, expectation, isAlone: $1, &$0)
      }
      if folded.entry.orphaned > 0 {
        try Orphans.requireRoom(for: merge.feed, segment: footer.label, on: &connection)
      }
      // Without a row in the staging table nothing was brought.
      if !folded.isEmpty {
        folded.entry.adopted = try children.adopt(from: merge.staging, key: merge.feed.keyColumns[0], on: &connection)
        if sent.deletions > 0 {
          folded.entry.parted = try children.part(from: merge, segment: footer.label, on: &connection)
        }
      }
      return Done(entry: folded.entry, refused: folded.refused, pace: folded.pace, compared: folded.compared)
    }
  }

  private struct Done {
    var entry: LedgerEntry
    var refused: RefusedRows
    var pace = (rows: 0, took: Duration.zero)
    var compared = Compared.not
  }

  /// One transaction, with the segment's row in the ledger: does nothing when it is there already.
  private func once(
    _ merge: FeedMerge,
    _ connection: inout Connection,
    _ body: (SegmentCopy, inout Connection) throws -> Done
  ) throws -> Outcome {
    try connection.transaction { connection in
      try connection.executeScript(Self.settings, while: "prepare the merge")
      let defect = merge.statement.defect
      if let known = try Ledger.enter(footer, on: &connection), defect != .noLedger {
        return Outcome(entry: known, wasKnown: true)
      }
      if defect == .ledgerOutside { try connection.executeScript("COMMIT; BEGIN", while: "make a mistake") }
      let checks = defect != .noCountCheck
      let copy = SegmentCopy(footer: footer, path: path, staging: merge.staging, checksCount: checks)
      var done = try body(copy, &connection)
      try Ledger.complete(footer, done.entry, on: &connection)
      try Ledger.checkpoint(footer, on: &connection)
      if done.refused.count > 0 { try done.refused.nameColumns(of: merge.target, on: &connection) }
      let writer = try spool.rejectWriter(feed: footer.feed, segment: footer.name, stage: .merge)
      try done.refused.publish(from: copy, with: writer)
      return Outcome(entry: done.entry, wasKnown: false, pace: done.pace, compared: done.compared)
    }
  }

  private func load(_ merge: FeedMerge, _ connection: inout Connection) throws -> Outcome {
    try once(merge, &connection) { copy, connection in
      try RowsLock.share(merge.target, on: &connection)
      let noting = try merge.circumstances(of: footer, isAlone: false, isAuthoritative: false, on: &connection).noting
      var entry = LedgerEntry(records: footer.records)
      entry.inserted = try Load(copy: copy, merge: merge).run(noting: noting, on: &connection)
      // Every key came once.
      if noting != nil { entry.seen = entry.inserted }
      return Done(entry: entry, refused: RefusedRows(footer: footer))
    }
  }

  /// What was sent before the rows of the target are locked.
  private struct Sent {
    var deletions = 0
    /// Nil when it is only a question as yet.
    var copied: SegmentCopy.Copied?
    /// Nil when nothing was asked as yet.
    var asked: SegmentCopy.Asked?
    /// What is to be compared before it is asked about.
    var digests: SegmentDigests?
    var compared = Compared.not
  }

  private func send(
    _ copy: SegmentCopy,
    _ merge: FeedMerge,
    _ way: Way,
    _ expectation: Expectation,
    _ connection: inout Connection
  ) throws -> Sent {
    switch way {
    case .asking:
      var compared = Compared.not
      if expectation.compares, !isAuthoritative {
        let digests = try Comparison(copy: copy, merge: merge).digests(&compared)
        if let digests { return Sent(digests: digests) }
      }
      let asked = try Question(copy: copy, merge: merge).send(on: &connection)
      return Sent(deletions: asked.deletions, asked: asked, compared: compared)
    case .sending:
      let copied = try copy.whole(on: &connection)
      return Sent(deletions: copied.deletions, copied: copied)
    case .sifting:
      let copied = try copy.sifted(refusedMax: merge.feed.rejects.maxCount, on: &connection)
      return Sent(deletions: copied.deletions, copied: copied)
    }
  }

  private struct Folded {
    var entry: LedgerEntry
    var refused: RefusedRows
    /// Nothing is in the staging table.
    var isEmpty: Bool
    var pace: (rows: Int, took: Duration)
    var compared: Compared
  }

  private func fold(
    _ sent: Sent,
    _ copy: SegmentCopy,
    _ merge: FeedMerge,
    _ way: Way,
    _ expectation: Expectation,
    isAlone: Bool,
    _ connection: inout Connection
  ) throws -> Folded {
    var refused = RefusedRows(footer: footer)
    for row in sent.copied?.refused ?? [] { refused.add(row.line, row.error) }
    let circumstances = try merge.circumstances(
      of: footer,
      isAlone: isAlone,
      isAuthoritative: isAuthoritative,
      on: &connection
    )
    var fold = SegmentFold(
      footer: footer,
      merge: merge,
      copied: sent.copied ?? SegmentCopy.Copied(),
      circumstances: circumstances,
      rowsMax: expectation.rowsMax
    )
    var rows = footer.records - refused.count
    var compared = sent.compared
    if sent.copied == nil {
      let answer = try answer(sent, copy, merge, circumstances, &compared, &connection)
      fold.answer = answer
      rows = answer.wanted.count
      guard rows > 0 else {
        let entry = fold.nothing(answer, refused)
        return Folded(entry: entry, refused: refused, isEmpty: true, pace: (0, .zero), compared: compared)
      }
      fold.copied = try copy.only(answer.wanted, on: &connection)
    }
    // Parts are not in the order of the key, one after the other.
    if let most = expectation.rowsMax, most < rows, !isAlone { throw NeedsRowsAlone() }
    let began = ContinuousClock.now
    do {
      let entry =
        try way == .sifting ? fold.sifted(&refused, on: &connection) : fold.whole(rows, &refused, on: &connection)
      let pace = (rows, ContinuousClock.now - began)
      return Folded(entry: entry, refused: refused, isEmpty: false, pace: pace, compared: compared)
    } catch let error as PostgresError where error.sqlState == .queryCancelled {
      throw TooSlow(rows: rows, error: error)
    }
  }

  /// What the target lacks: compared first where that is expected to settle most, and what differs asked about.
  private func answer(
    _ sent: Sent,
    _ copy: SegmentCopy,
    _ merge: FeedMerge,
    _ circumstances: FeedMerge.Circumstances,
    _ compared: inout Compared,
    _ connection: inout Connection
  ) throws -> Question.Answer {
    let question = Question(copy: copy, merge: merge)
    if let asked = sent.asked { return try question.ask(circumstances, about: asked, isNoted: false, on: &connection) }
    // The keys of equal rows are noted as spans or not at all; and what a later run brought counts more, whatever has not changed.
    let spans = merge.seen.takesSpans ? sent.digests?.spans : nil
    guard let digests = sent.digests, circumstances.overtaken == nil, circumstances.noting == nil || spans != nil else {
      if circumstances.overtaken == nil { compared = .with(equal: 0) }
      let asked = try question.send(on: &connection)
      return try question.ask(circumstances, about: asked, isNoted: false, on: &connection)
    }
    if let run = circumstances.noting, let spans {
      try merge.seen.note(spans, of: run, while: "\(footer.label): note keys", on: &connection)
    }
    let differing = try Comparison(copy: copy, merge: merge).differing(digests, on: &connection)
    let equal = footer.records - differing.count
    compared = .with(equal: equal)
    if differing.count == 0 { return .unchanged(footer.records, isNoted: circumstances.noting != nil) }
    let asked = try question.send(only: differing, on: &connection)
    var answer = try question.ask(circumstances, about: asked, isNoted: true, on: &connection)
    answer.unchanged += equal
    answer.distinct += equal
    return answer
  }

  /// Runs `body` with the target's rows locked: shared, and when that turns out to be too little, again and alone. What
  /// was copied before stays.
  private func locked<Value>(
    _ target: TargetTable,
    alone: Bool,
    _ connection: inout Connection,
    _ body: (inout Connection, _ isAlone: Bool) throws -> Value
  ) throws -> Value {
    if !alone {
      do {
        return try connection.attempt { connection in
          try RowsLock.share(target, on: &connection)
          return try body(&connection, false)
        }
      } catch is NeedsRowsAlone {
        // Going back to the savepoint gave the shared lock up: two that both wanted more while they had it would wait for
        // each other.
      }
    }
    try RowsLock.alone(target, on: &connection)
    return try body(&connection, true)
  }

  /// For this transaction only.
  private static let settings = """
    SET LOCAL work_mem = '64MB';
    SET LOCAL random_page_cost = 1.1;
    SET LOCAL jit = off;
    SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
    """
  // work_mem: the wanted rows of a segment, 16 MiB by default, are sorted in memory and not in a file.
  // random_page_cost: a segment asks for its own keys, and its own keys alone, through the index; only a question whose keys
  //   lie close reads what is between them (Question). With the default of 4 the planner may choose to read a big table whole
  //   for every segment.
  // jit: compiling the statement would take longer than running it.
  // synchronous_commit: what the ledger says must be true after a power cut.
  //
  // There is no ANALYZE. The plan that is right for writing does not depend on statistics of the staging table: sort it
  // narrowly, look each key up in the target, fetch the wanted rows by place. For 200,000 rows in ten segments, ANALYZE
  // of key, hash and version costs 0.25 s, of all columns 2.0 s, of 2.5 s, and changes no plan.
}
