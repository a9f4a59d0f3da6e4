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
  /// Each program's last figures.
  public private(set) var figures: [StageName: [String: Double]] = [:]
  /// When each program was heard last.
  public private(set) var heard: [StageName: Duration] = [:]

  private let start: Duration
  private var expected: Int?
  private var hasFetchEnded = false
  private var fetchedRate: RateWindow
  private var settledRate: RateWindow
  private var pageRate: RateWindow
  private var warmUp: WarmUp
  private var stageRates: [StageName: RateWindow] = [:]
  private var ended: Set<StageName> = []
  /// Segments that are ready in each queue, as they were counted last.
  public var queued: [QueueName: Int] = [:]

  /// A feed that began at `start`, on the clock that ``apply(_:from:at:)`` is given; rates leave out its first `warmUp`.
  public init(feed: String, start: Duration = .zero, warmUp: Duration = .zero) {
    self.feed = feed
    self.warmUp = WarmUp(start: start, length: warmUp)
    self.start = start
    fetchedRate = RateWindow(start: start)
    settledRate = RateWindow(start: start)
    pageRate = RateWindow(start: start)
  }

  /// Takes in one event. Totals never go back, so an event that comes late does no harm.
  public mutating func apply(_ event: StageEvent, from stage: StageName, at time: Duration) {
    for (name, count) in event.counts { totals[stage, default: [:]][name] = max(count, totals[stage]?[name] ?? count) }
    if let peak = event.peakBytes { peakBytes[stage] = max(peak, peakBytes[stage] ?? 0) }
    if let measured = event.figures { figures[stage] = measured }
    heard[stage] = time
    if event.event == .finished { ended.insert(stage) }
    if let records = totals[stage]?["records"] {
      stageRates[stage, default: RateWindow(start: start)].add(records, at: time)
    }
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
    let isWhole = figures.count == StageName.allCases.count
    warmUp.see(counts, memoryBytes: isWhole ? memoryBytes : nil, at: time)
  }

  /// A program has ended, well or not, whatever it said last.
  public mutating func end(_ stage: StageName) {
    ended.insert(stage)
    if stage == .fetch { hasFetchEnded = true }
  }

  /// Of all programs together, as each said last.
  public var memoryBytes: Int { figures.values.reduce(0) { $0 + Int($1["memory_bytes"] ?? 0) } }

  /// Of the programs that have not ended, as each said last.
  var heldBytes: Int {
    figures.reduce(0) { $0 + (ended.contains($1.key) ? 0 : Int($1.value["memory_bytes"] ?? 0)) }
  }

  /// What the programs measured until now.
  public var measures: FeedMeasures {
    var measures = FeedMeasures()
    measures.figures = figures
    warmUp.fill(&measures, memoryBytes: memoryBytes)
    return measures
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
    snapshot.stages = stages(at: time)
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

  private func stages(at time: Duration) -> [StageStand] {
    guard !heard.isEmpty else { return [] }
    return StageName.allCases.map { stage in
      var stand = StageStand(
        stage,
        figures: figures[stage],
        silence: time - (heard[stage] ?? start),
        hasEnded: ended.contains(stage)
      )
      stand.queued = stage.input.flatMap { queued[$0] }
      stand.rowsPerSecond = ended.contains(stage) ? nil : stageRates[stage]?.perSecond(at: time)
      return stand
    }
  }

  private static func time(for count: Int, at rate: Double?) -> Duration? {
    if count <= 0 { return .zero }
    // Some vendors say the largest number there is where they do not know; a hundred years are long enough.
    return rate.map { .seconds(min(Double(count) / $0, 3.2e9)) }
  }

  /// Fetching and merging go on side by side: the slower one says when all is done, as far as either is known.
  private static func longest(_ left: Duration?, _ right: Duration?) -> Duration? {
    guard let left, let right else { return left == .zero ? right : left }
    return max(left, right)
  }
}
