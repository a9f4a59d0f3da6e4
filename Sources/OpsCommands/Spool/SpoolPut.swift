internal import ArgumentParser
internal import PipelineConfig
internal import Spool
internal import SystemPackage
internal import Telemetry

struct SpoolPut: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "put",
    abstract: "Publish lines of standard input as records of a feed, without asking the vendor.",
    discussion: helpText(
      """
      Each line is a record as the vendor would send it. They become the segments of a run in the queue fetched, each \
      closed at the bounds that pipeline.json sets, and an end segment that leaves the watermark where it is. Prints the \
      path of each segment as soon as it is published.
      """,
      examples: """
        weir spool put media <dump.ndjson | weir-hash - | weir-stage - | weir-merge -
        jq -c '.value[]' page.json | weir spool put media
        """
    )
  )

  @Argument(help: "The feed, as pipeline.json names it.")
  var feed: String

  @OptionGroup var option: SpoolOption

  func run(terminal: any Terminal) throws {
    let pipeline = try option.config.pipeline()
    _ = try pipeline.feed(named: feed)
    let spool = try option.config.spool(of: pipeline, at: option.directory)
    var put = try RunWriter(spool: spool, feed: feed, settings: pipeline.spool, print: { terminal.data("\($0)") })
    var lines = LineCutter()
    while try lines.fill(from: .standardInput) {
      try lines.takeLines { line in try put.append(line) }
    }
    try lines.takeRest { line in try put.append(line) }
    try put.end()
  }
}

/// Writes a run of records that come one after another, a segment at a time.
struct RunWriter: ~Copyable {
  private let queue: SpoolQueue
  private let feed: String
  private let settings: SpoolSettings
  private let print: (FilePath) -> Void
  private let run = RunID.make()
  private var writer: SegmentWriter?
  private var segments = 0
  private var records = 0

  /// - Throws: `SpoolError` when the queue cannot be made.
  init(spool: Spool, feed: String, settings: SpoolSettings, print: @escaping (FilePath) -> Void) throws {
    queue = try spool.queue(.fetched, feed: feed)
    self.feed = feed
    self.settings = settings
    self.print = print
  }

  mutating func append(_ line: Span<UInt8>) throws {
    if line.isEmpty { return }
    if writer == nil { writer = try next() }
    try writer?.append(line: line)
    records += 1
    let isFull = (writer?.records ?? 0) >= settings.segment.records || (writer?.bytes ?? 0) >= settings.segment.bytes
    if isFull { try close() }
  }

  mutating func end() throws {
    try close()
    var footer = footer(fetched: 0)
    footer.kind = .end
    footer.end = EndOfRun(complete: false, segments: segments, records: records)
    print(try next().publish(footer: footer))
  }

  private mutating func close() throws {
    guard let writer = writer.take() else { return }
    let footer = footer(fetched: writer.records)
    print(try writer.publish(footer: footer))
    segments += 1
  }

  private func next() throws -> SegmentWriter {
    let name = SegmentName(run: run, sequence: segments)
    return try SegmentWriter(queue: queue, name: name, compressionLevel: settings.compressionLevel)
  }

  private func footer(fetched: Int) -> SegmentFooter {
    SegmentFooter(
      feed: feed,
      run: run,
      sequence: segments,
      stage: .fetched,
      mode: .incremental,
      fetched: fetched,
      fetchedAt: WallClock.timestamp(),
      program: "weir \(WeirVersion.current)"
    )
  }
}

/// Lines of a stream, as bytes, with as much in memory as a block and the longest line.
struct LineCutter {
  private static let blockBytes = 1 << 20

  private var bytes: [UInt8] = []
  /// Up to here lines were handed on.
  private var start = 0

  /// - Returns: False at the end of the stream.
  mutating func fill(from descriptor: FileDescriptor) throws -> Bool {
    if start > 0 {
      bytes.removeSubrange(..<start)
      start = 0
    }
    let kept = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: Self.blockBytes))
    let count = try unsafe bytes.withUnsafeMutableBytes { buffer in
      try unsafe descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[kept...]))
    }
    bytes.removeSubrange((kept + count)...)
    return count > 0
  }

  mutating func takeLines(_ body: (Span<UInt8>) throws -> Void) throws {
    while let end = LineScanner.nextNewline(in: bytes.span, from: start) {
      try body(bytes.span.extracting(start..<end))
      start = end + 1
    }
  }

  /// What follows the last newline.
  mutating func takeRest(_ body: (Span<UInt8>) throws -> Void) throws {
    try body(bytes.span.extracting(start...))
    start = bytes.count
  }
}
