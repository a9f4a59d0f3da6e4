internal import Crypto
internal import FoundationEssentials
internal import JSONText
internal import PipelineConfig
internal import Spool

/// From where a run goes on that was stopped: after a failure, a signal, or `kill -9`.
///
/// Written before each segment is published, with what holds before and what holds after: whichever of the two moments
/// the program dies in, the segment itself tells which is true.
struct Checkpoint: Equatable, Sendable {
  /// What was published, and where the pages behind it begin.
  struct Stand: Equatable, Sendable {
    /// Of the next segment.
    var sequence = 0
    var totals = SegmentTotals()
    /// The lowest and the highest version of all that was published, and whether they came in order.
    var versions: VersionSpan.Summary?
    /// Of the paginator.
    var position: JSONValue
  }

  var run: RunID
  var mode: RunMode
  var since: String?
  /// The watermark that was there when the run began.
  var saved: String?
  /// The vendor's time when the run began, in milliseconds since 1970; nil when nothing had come yet.
  var began: Int?
  /// When this was written, likewise, by this machine's clock.
  var written: Int
  /// What the feed asks, so that a changed pipeline begins anew.
  var feed: String
  var before: Stand
  /// What holds when the segment `before.sequence` is there.
  var after: Stand?

  static let stateName = "checkpoint.json"
}

extension Checkpoint {
  /// The checkpoint of a feed; nil when there is none, or none that can be read: the run then begins at its beginning.
  ///
  /// - Throws: `SpoolError`.
  static func load(_ feed: String, in spool: Spool) throws(SpoolError) -> Checkpoint? {
    guard let bytes = try spool.loadState(stateName, feed: feed), let json = try? JSONValue(parsing: bytes) else {
      return nil
    }
    return Checkpoint(json)
  }

  /// - Throws: `SpoolError`.
  func save(_ feed: String, in spool: Spool) throws(SpoolError) {
    try spool.saveState(Array(json.encoded.utf8), name: Self.stateName, feed: feed)
  }

  /// Leaves nothing to go on from: the run is over.
  ///
  /// - Throws: `SpoolError`.
  static func clear(_ feed: String, in spool: Spool) throws(SpoolError) {
    guard try spool.loadState(stateName, feed: feed).map({ $0 != Array("{}".utf8) }) ?? false else { return }
    try spool.saveState(Array("{}".utf8), name: stateName, feed: feed)
  }

  /// What is true: the segment that was to be published is there, or it is not.
  func stand(in queue: SpoolQueue) throws(SpoolError) -> Stand {
    guard let after else { return before }
    let name = SegmentName(run: run, sequence: before.sequence)
    // What lies in `incoming` is a draft that its writer left behind.
    for state in [SegmentState.ready, .done, .held] where try queue.segments(in: state).contains(name) { return after }
    return before
  }

  /// What decides which records come, in which order: everything of a feed but how fast it may be asked.
  static func identity(of feed: Feed) -> String {
    let parts: [String] = [
      feed.source.name, feed.source.baseURL, feed.path, "\(feed.pagination)", feed.filter ?? "",
      digest(of: feed.query.map { [$0.name, $0.value] }), feed.key.joined(separator: ","), feed.cursor?.field ?? "",
    ]
    return parts.joined(separator: "|")
  }

  /// Parameters of a query may be keys, of which nothing may stand in a file.
  private static func digest(of items: [[String]]) -> String {
    let text = items.joined().map { "\($0.utf8.count):\($0)" }.joined()
    return SHA256.hash(data: Array(text.utf8)).map { String(Int($0) + 0x100, radix: 16).dropFirst() }.joined()
  }
}
