internal import FoundationEssentials
internal import JSONText
internal import NIOCore
internal import PipelineConfig
internal import Spool
internal import SystemPackage

/// Takes pages apart and writes their records into segments, on a thread of its own.
///
/// Has the feed's lock for as long as it lives.
actor PageWorker {
  nonisolated let executor = BlockingExecutor()
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

  private var lock: FeedLock?
  private var splitter: PageSplitter
  /// For pages of a list inside a record.
  private var listSplitter: PageSplitter
  private var segments: SegmentSeries

  init(lock: consuming FeedLock, feed: Feed, messages: VendorMessage, segments: consuming SegmentSeries) {
    self.lock = consume lock
    splitter = PageSplitter(PageShape(feed), messages: messages)
    listSplitter = PageSplitter(PageShape(listsOf: feed), messages: messages)
    self.segments = segments
  }

  /// Lets the next fetch of the feed in. Nothing may be written afterwards.
  func release() { lock = nil }

  /// - Throws: ``RequestFailure``.
  func split(_ response: VendorResponse) throws -> Page { try splitter.split(response) }

  /// Takes a page of a list apart that `$expand` brought.
  ///
  /// - Throws: ``RequestFailure``.
  func splitList(_ response: VendorResponse) throws -> Page { try listSplitter.split(response) }

  /// Writes a page's records, at most `room` of them; publishes each segment that becomes full.
  ///
  /// - Parameters:
  ///   - page: A page, taken apart.
  ///   - source: Where it came from.
  ///   - room: Most records of it.
  ///   - after: Where the walk goes on behind the page.
  ///   - began: The vendor's time when the run began.
  ///   - expected: Records of the whole run, where the vendor tells.
  /// - Returns: What the run has written so far.
  /// - Throws: `SpoolError`, ``FetchError``.
  func store(
    _ page: Page,
    from source: PageSource,
    room: Int,
    after: JSONValue,
    began: Date,
    expected: Int?
  ) throws -> SegmentTotals {
    segments.note(began: began)
    try segments.append(page, from: source, room: room, after: after, expected: expected)
    return segments.totals
  }

  /// Publishes the open segment when its time is over, so that a slow vendor still delivers.
  ///
  /// - Throws: `SpoolError`.
  func publishIfDue() throws { try segments.publishIfDue() }

  /// Publishes what is open, for another run to go on behind it; if it is `forGood`, none does.
  ///
  /// - Throws: `SpoolError`, ``FetchError``.
  func suspend(forGood: Bool) throws {
    try segments.publish()
    if forGood { try segments.forget() }
  }

  /// Publishes what is open, and then the run's end.
  ///
  /// - Throws: `SpoolError`, ``FetchError``.
  func end(_ end: (SegmentTotals, VersionSpan?) -> EndOfRun) throws -> SegmentTotals {
    try segments.publish()
    try segments.publishEnd(end(segments.totals, segments.versions))
    return segments.totals
  }
}

/// Where a page came from, as a segment's footer tells it.
struct PageSource: Sendable {
  /// Place in the run, from 1.
  var number: Int
  /// Its address, without anything secret. Written for the first page of a segment alone.
  var url: @Sendable () -> String
}

/// What a run has written.
struct SegmentTotals: Equatable, Sendable {
  var records = 0
  /// Of all lines, newlines included, before compression.
  var bytes = 0
  /// Data segments; the end is none.
  var segments = 0
}
