internal import FoundationEssentials
internal import JSONText
internal import NIOCore
internal import PipelineConfig
internal import Spool
internal import SystemPackage
internal import Telemetry

/// The segments of one run, one after another.
struct SegmentSeries: ~Copyable {
  private let feed: String
  private let run: RunID
  private let mode: RunMode
  private let queue: SpoolQueue
  private let settings: SpoolSettings
  private let waitForRoom: RoomWait
  private let pressure: PressureGauge
  private let published: @Sendable (FilePath) -> Void
  private var open: OpenSegment?
  private var next = 0
  private(set) var totals = SegmentTotals()
  /// The versions of all published segments; nil for a feed without a cursor.
  private(set) var versions: VersionSpan?
  private let emptyVersions: VersionSpan?
  /// How many records the run is to have, as the vendor said first.
  private var announced: Int?
  private var checkpoint: CheckpointWriter?
  private var journal: PageJournal?
  /// Where the walk goes on if the run ends now: behind the last page that was written whole.
  private var position: JSONValue

  /// Goes on behind what `stand` says was published; without a checkpoint and a journal the run cannot be resumed.
  init(
    _ feed: Feed,
    run: RunID,
    mode: RunMode,
    queue: SpoolQueue,
    settings: SpoolSettings,
    room: RoomWait,
    pressure: PressureGauge,
    stand: Checkpoint.Stand,
    checkpoint: CheckpointWriter?,
    journal: consuming PageJournal?,
    published: @escaping @Sendable (FilePath) -> Void
  ) {
    self.feed = feed.name
    self.run = run
    self.mode = mode
    self.queue = queue
    self.settings = settings
    waitForRoom = room
    self.pressure = pressure
    self.published = published
    emptyVersions = feed.cursor.map { VersionSpan($0.type) }
    versions = emptyVersions
    next = stand.sequence
    totals = stand.totals
    if let earlier = stand.versions { versions?.include(earlier) }
    position = stand.position
    self.checkpoint = checkpoint
    self.journal = consume journal
  }

  /// The vendor's time when the run began.
  mutating func note(began: Date) { checkpoint?.note(began: began) }

  /// Writes a page's records, at most `room` of them; `after` is where the walk goes on behind the page, `expected` how many the run
  /// is to have in all, where that is known.
  mutating func append(
    _ page: Page,
    from source: PageSource,
    room: Int,
    after: JSONValue,
    expected: Int?
  ) throws {
    let body = page.body.readableBytesUInt8Span
    var limits = settings.segment.eased(by: pressure.level)
    // A number that changes from page to page is not that of all records, and more may come than was announced.
    announced = announced ?? expected
    if let expected, expected == announced, totals.records > 0, totals.records < expected {
      let rest = expected - totals.records + (open?.records ?? 0)
      limits = limits.tapered(to: rest, ofBytes: totals.bytes / totals.records)
    }
    for (index, record) in page.records.prefix(room).enumerated() {
      if open == nil { try begin(at: source) }
      let version = page.versions.span.extracting(record.version)
      let line = body.extracting(record.range)
      if page.hasNewlines, ByteScan.containsNewline(line) {
        let compact = ByteScan.withoutLineEnds(line)
        try open?.append(compact.span, version: version, page: source.number)
      } else {
        try open?.append(line, version: version, page: source.number)
      }
      totals.records += 1
      totals.bytes += line.count + 1
      guard open?.isFull(limits) == true else { continue }
      // The page is asked for again when some of it is not published yet.
      if index == page.records.count - 1 { position = after }
      try publish()
    }
    position = after
    try publishIfDue()
    try noteOpen()
  }

  mutating func publishIfDue() throws {
    if open?.isDue(settings.segment) == true { try publish() }
  }

  /// Publishes the open segment, if there is one.
  mutating func publish() throws {
    guard let segment = open.take() else { return }
    var footer = try footer()
    footer.fetched = segment.records
    footer.lowestVersion = segment.versions?.lowest
    footer.highestVersion = segment.versions?.highest
    footer.source = segment.source
    let stand = standBehind(segment.versions)
    try checkpoint?.willPublish(stand)
    if let later = segment.versions { versions?.include(later) }
    let path = try segment.publish(footer: footer)
    next += 1
    totals.segments += 1
    checkpoint?.didPublish()
    published(path)
  }

  mutating func publishEnd(_ end: EndOfRun) throws {
    var footer = try footer()
    footer.kind = .end
    footer.end = end
    let writer = try SegmentWriter(queue: queue, name: footer.name, compressionLevel: settings.compressionLevel)
    published(try writer.publish(footer: footer))
    try forget()
  }

  /// Leaves nothing to go on from.
  mutating func forget() throws(SpoolError) {
    try checkpoint?.clear()
    try journal?.clear()
  }

  /// What holds when a segment with these versions is published.
  private func standBehind(_ later: VersionSpan?) -> Checkpoint.Stand {
    var all = versions
    if let later { all?.include(later) }
    var stand = Checkpoint.Stand(sequence: next + 1, totals: totals, versions: all?.summary, position: position)
    stand.totals.segments += 1
    return stand
  }

  /// What the open segment holds is told to the run that comes after this one if it is killed.
  private mutating func noteOpen() throws(SpoolError) {
    guard journal != nil, open != nil else { return }
    try open?.flush()
    guard let (records, span, source) = open?.content else { return }
    let note = PageNote(
      records: records,
      lowestVersion: span?.lowest,
      highestVersion: span?.highest,
      source: source,
      stand: standBehind(span)
    )
    try journal?.note(note)
  }

  private mutating func begin(at source: PageSource) throws {
    try waitForRoom()
    let name = try footer().name
    if let checkpoint { try journal?.begin(checkpoint.checkpoint) }
    let writer = try SegmentWriter(queue: queue, name: name, compressionLevel: settings.compressionLevel)
    open = OpenSegment(writer: writer, versions: emptyVersions, source: source)
  }

  private func footer() throws(FetchError) -> SegmentFooter {
    guard next <= SegmentName.sequenceMax else {
      throw FetchError(
        feed: feed,
        message: "a run of more than \(SegmentName.sequenceMax) segments",
        hint: "make segments larger: spool.segment",
        exitStatus: .config
      )
    }
    return SegmentFooter(fetched: feed, SegmentName(run: run, sequence: next), mode: mode)
  }
}
