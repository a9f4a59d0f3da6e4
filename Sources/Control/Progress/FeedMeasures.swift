public import Spool
internal import Telemetry

/// What a feed's four programs measured of their own work.
public struct FeedMeasures: Sendable, Equatable {
  /// Each program's last figures, by the names that `Telemetry.Meter` gives them.
  public var figures: [StageName: [String: Double]] = [:]
  /// Since the end of the warm-up to the last page; from the beginning when nothing came behind the warm-up.
  public var pagesPerSecond: Double?
  /// As ``pagesPerSecond``.
  public var rowsPerSecond: Double?
  /// Pages came behind the warm-up.
  public var isWarm = false
  /// Of the four programs together, from the end of the warm-up to the end; nil when that was not reached.
  public var memoryGrowthBytes: Int?

  public init() {}

  /// Whether fetch brought everything, also as the rest of a run that was stopped; nil when it has not said.
  public var isFullRun: Bool? { figure(Meter.isFullRun, of: .fetch).map { $0 == 1 } }

  public func figure(_ name: String, of stage: StageName) -> Double? { figures[stage]?[name] }
}

/// Remembers where a feed stood when its warm-up was over.
struct WarmUp: Sendable, Equatable {
  private let length: Duration
  private var pages: Mark
  private var rows: Mark
  private var memoryBytes: Int?
  private var isOver = false

  /// Where a count stood, and when it last grew.
  private struct Mark: Equatable {
    let start: Duration
    var time: Duration
    var count = 0
    var lastTime: Duration
    var lastCount = 0

    init(start: Duration) { (self.start, time, lastTime) = (start, start, start) }

    mutating func see(_ count: Int, at time: Duration) {
      if count > lastCount { (lastCount, lastTime) = (count, time) }
    }

    mutating func begin(at time: Duration) { (self.time, self.count) = (time, lastCount) }

    /// Up to when it last grew: what comes after the last page says nothing of the pages.
    var perSecond: Double? {
      isWarm
        ? Rates.perSecond(lastCount - count, in: lastTime - time) : Rates.perSecond(lastCount, in: lastTime - start)
    }

    /// It grew behind the warm-up.
    var isWarm: Bool { lastCount > count && time > start }
  }

  init(start: Duration, length: Duration) {
    self.length = start + length
    pages = Mark(start: start)
    rows = Mark(start: start)
  }

  /// `now` is the memory of the four programs together; nil while not all of them were heard.
  mutating func see(_ counts: FeedCounts, memoryBytes now: Int?, at time: Duration) {
    pages.see(counts.pages, at: time)
    rows.see(counts.fetched, at: time)
    guard time >= length else { return }
    if memoryBytes == nil { memoryBytes = now }
    guard !isOver else { return }
    isOver = true
    pages.begin(at: time)
    rows.begin(at: time)
  }

  func fill(_ measures: inout FeedMeasures, memoryBytes now: Int) {
    measures.pagesPerSecond = pages.perSecond
    measures.rowsPerSecond = rows.perSecond
    measures.isWarm = isOver && pages.isWarm
    measures.memoryGrowthBytes = memoryBytes.map { now - $0 }
  }
}
