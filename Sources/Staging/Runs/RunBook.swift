internal import Glibc
internal import JSONText
internal import PipelineConfig
internal import Spool

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
  /// How often, and how far apart in microseconds, the lock is asked for: half a minute, and others hold it for milliseconds.
  private static let (lockAttemptsMax, lockInterval) = (6000, UInt32(5000))

  /// Adds a segment that was staged and published.
  ///
  /// - Returns: What there is to say of it.
  /// - Throws: ``SpoolError``; the segment is then to be done again, which adds it once.
  func add(_ survey: FieldSurvey, of footer: SegmentFooter) throws(SpoolError) -> [DriftNote] {
    // Nothing to remember: a segment without records, of a run of which nothing as a whole is asked.
    if survey.fields.isEmpty, footer.mode != .full { return [] }
    let lock = try lock()
    defer { _ = lock }
    let run = "\(footer.run)"
    var fields = FieldRecord(try spool.loadState(FieldRecord.stateName, feed: feed.name) ?? [])
    var notes = fields.add(survey, run: run)
    if footer.mode == .full {
      try change(run) { record in
        if let end = footer.end { record.end = RunRecord.Ending(end, mode: footer.mode) }
        if footer.kind == .data { _ = record.sequences.insert(footer.sequence) }
        guard record.isWhole, !record.isClosed, let end = record.end else { return }
        record.isClosed = true
        if end.isWhole, end.records > 0 { notes += fields.close(run: run) }
      }
    }
    try DriftNote.add(notes, to: feed.name, in: spool)
    if fields.isChanged { try spool.saveState(fields.bytes, name: FieldRecord.stateName, feed: feed.name) }
    return notes
  }

  private func lock() throws(SpoolError) -> FeedLock {
    for _ in 0..<Self.lockAttemptsMax {
      if let lock = try spool.lockFeed(feed.name, purpose: "staged") { return lock }
      usleep(Self.lockInterval)
    }
    throw .busy(try spool.queue(.staged, feed: feed.name).root)
  }

  /// Changes what is known of a run, under the lock.
  private func change(_ run: String, _ body: (inout RunRecord) throws(SpoolError) -> Void) throws(SpoolError) {
    var runs = try records()
    let place = runs.firstIndex { $0.run == run } ?? runs.count
    if place == runs.count { runs.append(RunRecord(run: run)) }
    let before = runs[place].json
    try body(&runs[place])
    if runs[place].json == before { return }
    runs.sort { $0.run < $1.run }
    let text = "[" + runs.suffix(Self.runsMax).map(\.json.encoded).joined(separator: ",\n") + "]\n"
    try spool.saveState(Array(text.utf8), name: Self.stateName, feed: feed.name)
  }

  private func records() throws(SpoolError) -> [RunRecord] {
    guard let bytes = try spool.loadState(Self.stateName, feed: feed.name),
      case .array(let elements)? = try? JSONValue(parsing: bytes)
    else { return [] }
    return elements.compactMap { RunRecord($0) }
  }
}
