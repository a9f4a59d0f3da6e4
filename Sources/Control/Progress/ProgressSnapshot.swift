/// How far a feed is at one moment.
public struct ProgressSnapshot: Sendable, Equatable {
  public var feed: String
  /// Since the feed began.
  public var elapsed: Duration
  public var counts: FeedCounts
  /// Fetch is still asking the vendor.
  public var isFetching = true
  /// Records expected in all, when the vendor says.
  public var total: Int?
  /// 0…1, when the total is known.
  public var fraction: Double?
  /// Records fetched a second of late; once fetch has ended, records settled a second.
  public var rowsPerSecond: Double?
  public var pagesPerSecond: Double?
  /// Time to go, when the total and a rate are known.
  public var remaining: Duration?
  /// The four programs, in their order; empty before one of them spoke.
  public var stages: [StageStand] = []

  public init(feed: String, elapsed: Duration, counts: FeedCounts) {
    self.feed = feed
    self.elapsed = elapsed
    self.counts = counts
  }
}
