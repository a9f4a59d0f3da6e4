internal import JSONText
internal import Spool

/// How a feed stands: its queues as the folders say, its runs as the database says.
struct FeedStatus: Equatable {
  /// What the database knows of a feed's runs.
  struct Runs: Equatable {
    var lastRun: String?
    var lastStatus: String?
    /// Since the last run that succeeded ended.
    var successAgeSeconds: Int?
    var watermark: String?
  }

  var feed: String
  /// The vendor that it is fetched from.
  var source: SourceStatus?
  /// Segments in each queue and state.
  var depths: [QueueName: [SegmentState: Int]] = [:]
  /// Files of rejected records.
  var rejected = 0
  /// The watermark as the spool has it: what the next fetch starts from.
  var spoolWatermark: String?
  /// Nil when the database was not reached.
  var runs: Runs?

  init(feed: String) { self.feed = feed }

  /// Looks into the feed's folders.
  init(feed: String, in spool: Spool) throws {
    self.init(feed: feed)
    for queueName in QueueName.allCases {
      let queue = try spool.queue(queueName, feed: feed)
      for state in SegmentState.allCases {
        depths[queueName, default: [:]][state] = try queue.segments(in: state).count
      }
    }
    rejected = try spool.rejected(feed: feed).count
    guard let state = try spool.loadState("watermark.json", feed: feed) else { return }
    spoolWatermark = try? JSONValue(parsing: state)["watermark"]?.text
  }

  var watermark: String? { runs?.watermark ?? spoolWatermark }

  func depth(_ queue: QueueName, _ state: SegmentState) -> Int { depths[queue]?[state] ?? 0 }
}
