internal import JSONText
internal import PipelineConfig
internal import Spool

/// The pages of a segment that a killed run had not published.
struct LeftPages {
  /// What held when the segment was begun.
  let checkpoint: Checkpoint
  private let note: PageNote

  /// What a run left behind; nil when there is nothing.
  ///
  /// - Throws: `SpoolError`.
  static func find(_ feed: String, in spool: Spool) throws(SpoolError) -> LeftPages? {
    let slots = try spool.stateSlots(PageJournal.stateName, feed: feed)
    guard let bytes = try slots.read(slot: PageJournal.checkpointSlot), let json = try? JSONValue(parsing: bytes),
      let checkpoint = Checkpoint(json)
    else { return nil }
    var newest: PageNote?
    for slot in PageJournal.pageSlots {
      guard let bytes = try slots.read(slot: slot), let json = try? JSONValue(parsing: bytes),
        let note = PageNote(json), note.records > newest?.records ?? 0
      else { continue }
      newest = note
    }
    return newest.map { LeftPages(checkpoint: checkpoint, note: $0) }
  }

  /// Whether they are the next segment of what a checkpoint says, or of a run that had published nothing.
  func follows(_ found: Checkpoint?) -> Bool {
    guard let found else { return checkpoint.before.sequence == 0 }
    return found.run == checkpoint.run && found.before.sequence == checkpoint.before.sequence
  }

  /// Where the walk goes on behind them.
  var position: JSONValue { note.stand.position }

  /// Publishes them as the segment that they were to become.
  ///
  /// - Returns: The checkpoint behind it; nil when the draft does not have them, and nothing was published.
  /// - Throws: `SpoolError`; nothing was published.
  func publish(
    _ feed: Feed,
    queue: SpoolQueue,
    settings: SpoolSettings,
    writer: consuming CheckpointWriter
  ) throws(SpoolError) -> Checkpoint? {
    let name = SegmentName(run: checkpoint.run, sequence: checkpoint.before.sequence)
    guard let left = try LeftSegment(queue: queue, name: name) else { return nil }
    var footer = SegmentFooter(fetched: feed.name, name, mode: checkpoint.mode)
    footer.fetched = note.records
    (footer.lowestVersion, footer.highestVersion) = (note.lowestVersion, note.highestVersion)
    footer.source = note.source
    try writer.willPublish(note.stand)
    let level = settings.compressionLevel
    guard try left.publish(records: note.records, footer: footer, compressionLevel: level) != nil else { return nil }
    writer.didPublish()
    return writer.checkpoint
  }
}
