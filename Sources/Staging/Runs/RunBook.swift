internal import Glibc
internal import JSONText
internal import PipelineConfig
internal import Spool
internal import Telemetry

/// What the workers of this stage know together of a feed's runs: `<feed>/state/staged.json`, beside ``FieldRecord``.
///
/// Nothing of it goes into a segment: what stage makes of one depends on that one alone. Segments may be staged in any
/// order and by several programs; whoever adds the last of a run looks at the run as a whole.
struct RunBook {
  let spool: Spool
  let feed: Feed

  private static let stateName = "staged.json"
  /// Runs that are remembered, the latest: those under way, and some that a person may have done again.
  private static let runsMax = 8
  /// Bytes of the file of state; the oldest runs go first.
  private static let bytesMax = 512 << 10
  /// How often, and how far apart in microseconds, the lock is asked for: five minutes. Others hold it for milliseconds, but
  /// for the one that looks through all rows of a run.
  private static let (lockAttemptsMax, lockInterval) = (60_000, UInt32(5000))

  /// What came of adding a segment.
  struct Outcome {
    var notes: [DriftNote] = []
    /// Which checks the run did not meet, where that is only to be said.
    var warnings: [String] = []
    /// What waited for the run's checks and is ready now.
    var released: [SegmentName] = []
    /// The run is held.
    var problem: SegmentProblem?
  }

  /// Adds a segment that was staged and published.
  ///
  /// - Throws: ``SpoolError``; the segment is then to be done again, which adds it once.
  func add(_ survey: FieldSurvey, _ figures: RunFigures, of footer: SegmentFooter) throws -> Outcome {
    var outcome = Outcome()
    // Nothing as a whole is asked of the run, and of the segment nothing was counted.
    let isTracked = footer.mode == .full || !feed.checks.areNone || !figures.columns.isEmpty
    if survey.fields.isEmpty, !isTracked { return outcome }
    let lock = try lock()
    defer { _ = lock }
    let run = "\(footer.run)"
    var fields = FieldRecord(try spool.loadState(FieldRecord.stateName, feed: feed.name) ?? [])
    outcome.notes = fields.add(survey, run: run)
    if isTracked {
      var runs = try Self.records(of: feed.name, in: spool)
      let place = runs.firstIndex { $0.run == run } ?? runs.count
      if place == runs.count { runs.append(RunRecord(run: run)) }
      let before = runs[place]
      runs[place].add(footer, figures)
      if runs[place].isWhole, runs[place].verdict == .open {
        try close(&runs[place], footer.run, &fields, &outcome)
      }
      if runs[place] != before { try save(runs) }
    }
    try DriftNote.add(outcome.notes, to: feed.name, in: spool)
    if fields.isChanged { try spool.saveState(fields.bytes, name: FieldRecord.stateName, feed: feed.name) }
    return outcome
  }

  /// Why a segment of a run is to be published as one that is held; nil when it is not.
  ///
  /// - Throws: ``SpoolError``.
  func holding(_ footer: SegmentFooter, isRedo: Bool) throws(SpoolError) -> HoldReason? {
    // Rejected records that a person sends again go their way.
    if feed.checks.hold.areNone || footer.retryOf != nil { return nil }
    let known = try Self.records(of: feed.name, in: spool).first { $0.run == "\(footer.run)" }
    // A run that was ended and goes on is judged anew.
    switch known?.knows(footer) == false ? .open : known?.verdict {
    case .passed: return nil
    case .failed: return Self.failed(known?.complaints ?? [])
    // A segment of a run that is long over.
    case nil where isRedo: return nil
    case nil, .open:
      return HoldReason(
        name: "awaiting_checks",
        message: "waits for the end of its run and the feed's checks; weir spool release lets it through without them"
      )
    }
  }

  /// What is known of the feed's runs, the latest last.
  ///
  /// - Throws: ``SpoolError``.
  static func records(of feed: String, in spool: Spool) throws(SpoolError) -> [RunRecord] {
    guard let bytes = try spool.loadState(stateName, feed: feed),
      case .array(let elements)? = try? JSONValue(parsing: bytes)
    else { return [] }
    return elements.compactMap { RunRecord($0) }
  }
}

extension RunBook {
  /// Looks at a run all of whose segments are there.
  private func close(
    _ record: inout RunRecord,
    _ run: RunID,
    _ fields: inout FieldRecord,
    _ outcome: inout Outcome
  ) throws {
    if let end = record.end, end.isWhole, end.records > 0 { outcome.notes += fields.close(run: "\(run)") }
    let queue = try spool.queue(.staged, feed: feed.name)
    var failures: [String] = []
    if !record.isRetry {
      let values = UniqueValues(
        queue: queue,
        run: run,
        sequences: record.sequences,
        rows: record.figures.rows,
        keys: feed.keyColumns.map { JSONName($0.name) }
      )
      failures = try feed.checks.hold.complaints(about: record) { try values.repeated($0) }
      outcome.warnings = try feed.checks.warn.complaints(about: record) { try values.repeated($0) }
    }
    record.complaints = failures + outcome.warnings
    record.verdict = failures.isEmpty ? .passed : .failed
    for name in try queue.segments(in: .held) where name.run == run {
      // What is held for another reason is a person's.
      guard try queue.holdReason(of: name)?.name == "awaiting_checks" else { continue }
      if failures.isEmpty {
        try queue.release(name)
        outcome.released.append(name)
      } else {
        try queue.note(Self.failed(failures), for: name)
      }
    }
    if !failures.isEmpty { outcome.problem = problem(run, failures) }
  }

  private static func failed(_ complaints: [String]) -> HoldReason {
    HoldReason(
      name: "checks_failed",
      message: "its run does not meet the feed's checks: " + complaints.joined(separator: "; ")
    )
  }

  private func problem(_ run: RunID, _ complaints: [String]) -> SegmentProblem {
    SegmentProblem(
      message: "\(feed.name): the run \(run) is held before merge: " + complaints.joined(separator: "; "),
      hint: "look at it with weir report \(feed.name); mend the source and run again, or let it through with "
        + "weir spool release ALL --feed \(feed.name) --queue staged",
      exitStatus: .dataError
    )
  }

  private func save(_ runs: [RunRecord]) throws(SpoolError) {
    var texts = runs.sorted { $0.run < $1.run }.suffix(Self.runsMax).map(\.json.encoded)
    while texts.count > 1, texts.reduce(0, { $0 + $1.utf8.count }) > Self.bytesMax { texts.removeFirst() }
    let text = "[" + texts.joined(separator: ",\n") + "]\n"
    try spool.saveState(Array(text.utf8), name: Self.stateName, feed: feed.name)
  }

  private func lock() throws(SpoolError) -> FeedLock {
    for _ in 0..<Self.lockAttemptsMax {
      if let lock = try spool.lockFeed(feed.name, purpose: "staged") { return lock }
      usleep(Self.lockInterval)
    }
    throw .busy(try spool.queue(.staged, feed: feed.name).root)
  }
}
