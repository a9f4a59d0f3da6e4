public import Spool
public import Telemetry

/// How far a feed is, worked out from what its four programs say.
///
/// A value that is told each event and the time of it, and is asked for a ``ProgressSnapshot``: no process and no clock
/// is needed to test it.
public struct FeedProgress: Sendable, Equatable {
  public let feed: String
  /// The run that fetch has named.
  public private(set) var run: String?
  /// Each program's last totals.
  public private(set) var totals: [StageName: [String: Int]] = [:]
  /// Most memory that each program has held, bytes.
  public private(set) var peakBytes: [StageName: Int] = [:]
  /// What each program said when it failed; of several, the one that it exits for comes last.
  public private(set) var failures: [StageName: StageEvent] = [:]

  private let start: Duration
  private var expected: Int?
  private var hasFetchEnded = false
  private var fetchedRate: RateWindow
  private var settledRate: RateWindow
  private var pageRate: RateWindow

  /// A feed that began at `start`, on the clock that ``apply(_:from:at:)`` is given.
  public init(feed: String, start: Duration = .zero) {
    self.feed = feed
    self.start = start
    fetchedRate = RateWindow(start: start)
    settledRate = RateWindow(start: start)
    pageRate = RateWindow(start: start)
  }

  /// Takes in one event. Totals never go back, so an event that comes late does no harm.
  public mutating func apply(_ event: StageEvent, from stage: StageName, at time: Duration) {
    for (name, count) in event.counts { totals[stage, default: [:]][name] = max(count, totals[stage]?[name] ?? count) }
    if let peak = event.peakBytes { peakBytes[stage] = max(peak, peakBytes[stage] ?? 0) }
    if stage == .fetch {
      run = event.run ?? run
      expected = event.total ?? expected
    }
    switch event.event {
    case .failed: failures[stage] = event
    case .finished where stage == .fetch: hasFetchEnded = true
    case .finished, .log, .progress, .started: break
    }
    let counts = counts
    fetchedRate.add(counts.fetched, at: time)
    settledRate.add(counts.settled, at: time)
    pageRate.add(counts.pages, at: time)
  }

  public var counts: FeedCounts { FeedCounts(totals) }

  public func snapshot(at time: Duration) -> ProgressSnapshot {
    let counts = counts
    var snapshot = ProgressSnapshot(feed: feed, elapsed: time - start, counts: counts)
    let fetchRate = fetchedRate.perSecond(at: time)
    let settleRate = settledRate.perSecond(at: time)
    snapshot.isFetching = !hasFetchEnded
    snapshot.rowsPerSecond = hasFetchEnded ? settleRate : fetchRate
    snapshot.pagesPerSecond = hasFetchEnded ? nil : pageRate.perSecond(at: time)
    // Once fetch has ended, what it brought is all there is, whatever the vendor announced.
    guard let total = hasFetchEnded ? counts.fetched : expected, total > 0 else { return snapshot }
    snapshot.total = total
    // 100 % is said when the last record has its place, not when it has been asked for.
    let share = Double(min(counts.fetched, total)) / Double(total)
    snapshot.fraction = counts.settled >= total ? 1 : min(share, 0.99)
    snapshot.remaining = Self.longest(
      Self.time(for: total - counts.fetched, at: fetchRate),
      Self.time(for: total - counts.settled, at: settleRate)
    )
    return snapshot
  }

  private static func time(for count: Int, at rate: Double?) -> Duration? {
    if count <= 0 { return .zero }
    return rate.map { .seconds(Double(count) / $0) }
  }

  /// Fetching and merging go on side by side: the slower one says when all is done, as far as either is known.
  private static func longest(_ left: Duration?, _ right: Duration?) -> Duration? {
    guard let left, let right else { return left == .zero ? right : left }
    return max(left, right)
  }
}
