internal import Foundation
internal import JSONText
internal import PipelineConfig
internal import Spool
internal import SystemPackage
internal import Telemetry

/// Puts records into segments and publishes each when it is full or old enough.
struct SegmentAssembler: ~Copyable {
  private let queue: SpoolQueue
  private let run: RunID
  private let mode: RunMode
  private let limits: SegmentLimits
  private let level: Int
  private let cursor: Cursor?
  private let published: @Sendable (FilePath) -> Void

  private var writer: SegmentWriter?
  private var began = ContinuousClock.now
  private var sequence = 0
  private var source = SegmentSource(firstPage: 0, lastPage: 0)
  private var segmentVersions = HighLow()
  private var line = OutputBytes(capacity: 1 << 16)
  /// Of the whole run.
  private(set) var highest = HighLow()
  private(set) var records = 0
  private(set) var bytes = 0

  var segments: Int { sequence }

  init(
    feed: Feed,
    pipeline: Pipeline,
    spool: Spool,
    run: RunID,
    mode: RunMode,
    published: @escaping @Sendable (FilePath) -> Void
  ) throws {
    queue = try spool.queue(.fetched, feed: feed.name)
    (self.run, self.mode, limits, level) = (run, mode, pipeline.spool.segment, pipeline.spool.compressionLevel)
    (cursor, self.published) = (feed.cursor, published)
  }

  /// Adds the first `limit` records of a page.
  mutating func add(
    _ array: JSONNode,
    of parser: borrowing JSONParser,
    cursorName: JSONName?,
    page: Int,
    url: String,
    limit: Int
  ) throws {
    var at = parser.firstChild(array)
    var left = limit
    while let record = at, left > 0 {
      if writer == nil {
        writer = try SegmentWriter(
          queue: queue,
          name: SegmentName(run: run, sequence: sequence + 1),
          compressionLevel: level
        )
        began = .now
        source = SegmentSource(firstPage: page, lastPage: page, firstURL: url)
        segmentVersions = HighLow()
      }
      source.lastPage = page
      try append(record, parser)
      if let cursor, let cursorName, let value = parser.member(record, cursorName), !parser.isNull(value) {
        let text = parser.string(value)
        segmentVersions.add(text, cursor.type)
        highest.add(text, cursor.type)
      }
      records += 1
      left -= 1
      if isFull { try close() }
      at = parser.next(after: record, in: array)
    }
    if ContinuousClock.now - began >= limits.time { try close() }
  }

  /// Publishes what there is.
  mutating func close() throws {
    guard let open = writer.take() else { return }
    sequence += 1
    let footer = SegmentFooter(
      feed: queue.feed,
      run: run,
      sequence: sequence,
      stage: .fetched,
      mode: mode,
      fetched: open.records,
      lowestVersion: segmentVersions.lowest,
      highestVersion: segmentVersions.highest,
      source: source,
      fetchedAt: WallClock.timestamp(),
      program: "weir \(WeirVersion.current)"
    )
    published(try open.publish(footer: footer))
  }

  /// Publishes the run's end.
  mutating func end(_ end: EndOfRun) throws {
    try close()
    let name = SegmentName(run: run, sequence: sequence + 1)
    let footer = SegmentFooter(
      feed: queue.feed,
      run: run,
      sequence: sequence + 1,
      stage: .fetched,
      kind: .end,
      mode: mode,
      fetchedAt: WallClock.timestamp(),
      program: "weir \(WeirVersion.current)",
      end: end
    )
    let writer = try SegmentWriter(queue: queue, name: name, compressionLevel: level)
    published(try writer.publish(footer: footer))
  }

  private var isFull: Bool {
    guard let records = writer?.records, let bytes = writer?.bytes else { return false }
    return records >= limits.records || bytes >= limits.bytes
  }

  /// A record is one line: what white space it has between its tokens loses its newlines. Strings hold none unescaped.
  private mutating func append(_ record: JSONNode, _ parser: borrowing JSONParser) throws {
    line.removeAll()
    let hasNewline = unsafe parser.withRaw(record) { unsafe $0.contains { $0 == 0x0A || $0 == 0x0D } }
    if hasNewline {
      unsafe parser.withRaw(record) { raw in
        for index in raw.indices where unsafe raw[index] != 0x0A && raw[index] != 0x0D {
          unsafe line.append(raw[index])
        }
      }
    } else {
      line.appendRaw(record, of: parser)
    }
    bytes += line.count
    try line.withBytes { bytes throws(SpoolError) in try writer?.append(line: bytes) }
  }
}

/// The lowest and highest cursor seen, in the vendor's own text.
struct HighLow {
  private(set) var lowest: String?
  private(set) var highest: String?
  private var low = ""
  private var high = ""

  mutating func add(_ text: String, _ type: VersionType) {
    // Records come in order and share stamps: most are the last one again.
    if text == highest { return }
    guard let form = VersionOrder.normalise(text, type: type) else { return }
    if lowest == nil || form.utf8.lexicographicallyPrecedes(low.utf8) { (lowest, low) = (text, form) }
    if highest == nil || high.utf8.lexicographicallyPrecedes(form.utf8) { (highest, high) = (text, form) }
  }
}
