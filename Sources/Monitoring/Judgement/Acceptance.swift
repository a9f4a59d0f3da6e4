internal import Control
public import PipelineConfig

/// Holds a run against the targets that the pipeline sets it.
public enum Acceptance {
  /// Every target that was missed, with by how much; none for a run that met them.
  ///
  /// A rate is not asked of a run that was over before the warm-up was: there was not enough to be fast with.
  public static func missed(_ targets: AcceptanceTargets, by run: Figures) -> [String] {
    var missed: [String] = []
    if let most = targets.maxMinutes, run.seconds / 60 > most {
      missed.append(over("took \(text(run.seconds / 60)) minutes", run.seconds / 60, "max_minutes", most))
    }
    if let least = targets.minPagesPerSecond, run.isWarm, let rate = run.pagesPerSecond, rate < least {
      missed.append(under("\(text(rate)) pages/s", rate, "min_pages_per_second", least))
    }
    if let least = targets.minRowsPerSecond, run.isWarm, let rate = run.rowsPerSecond, rate < least {
      missed.append(under("\(text(rate)) rows/s", rate, "min_rows_per_second", least))
    }
    if let most = targets.maxErrorRate, let rate = run.errorRate, rate > most {
      missed.append(over("\(percent(rate)) of the records found no place", rate, "max_error_rate", most, share: true))
    }
    if let most = targets.maxRequestErrorRate, let rate = run.requestErrorRate, rate > most {
      missed.append(over("\(percent(rate)) of the requests failed", rate, "max_request_error_rate", most, share: true))
    }
    if let most = targets.maxMemoryMiB, run.memoryPeakMiB > Double(most) {
      missed.append(over("\(text(run.memoryPeakMiB)) MiB of memory", run.memoryPeakMiB, "max_memory_mib", Double(most)))
    }
    if let most = targets.maxMemoryGrowthMiB, let growth = run.memoryGrowthMiB, growth > Double(most) {
      missed.append(over("memory grew by \(text(growth)) MiB", growth, "max_memory_growth_mib", Double(most)))
    }
    return missed
  }

  /// What is held against the targets: of one feed, or of a whole run.
  public struct Figures: Sendable, Equatable {
    public var seconds: Double
    /// Something was fetched behind the warm-up.
    public var isWarm: Bool
    public var pagesPerSecond: Double?
    public var rowsPerSecond: Double?
    public var errorRate: Double?
    public var requestErrorRate: Double?
    public var memoryPeakMiB: Double
    public var memoryGrowthMiB: Double?

    public init(_ run: RunMetrics) {
      seconds = run.seconds
      isWarm = run.isWarm
      pagesPerSecond = run.pagesPerSecond
      rowsPerSecond = run.rowsPerSecond
      errorRate = run.errorRate
      requestErrorRate = run.requestErrorRate
      memoryPeakMiB = Double(run.memoryPeakBytes) / Double(1 << 20)
      memoryGrowthMiB = run.memoryGrowthBytes.map { Double($0) / Double(1 << 20) }
    }

    /// A whole run: sums over its feeds. Each feed has programs of its own, so of memory the largest feed counts; of
    /// rates what all brought over the whole time, if that was longer than the warm-up.
    public init(_ feeds: [RunMetrics], seconds: Double, warmUp: Double) {
      let counts = feeds.reduce(FeedCounts()) { $0 + $1.counts }
      self.seconds = seconds
      isWarm = seconds > warmUp && counts.fetched > 0
      pagesPerSecond = seconds > 0 ? Double(counts.pages) / seconds : nil
      rowsPerSecond = seconds > 0 ? Double(counts.fetched) / seconds : nil
      errorRate = counts.successRate.map { 1 - $0 }
      let requests = feeds.reduce(0) { $0 + $1.requests }
      requestErrorRate = requests > 0 ? Double(feeds.reduce(0) { $0 + $1.requestErrors }) / Double(requests) : nil
      memoryPeakMiB = Double(feeds.map(\.memoryPeakBytes).max() ?? 0) / Double(1 << 20)
      memoryGrowthMiB = feeds.compactMap(\.memoryGrowthBytes).max().map { Double($0) / Double(1 << 20) }
    }
  }

  private static func over(_ what: String, _ value: Double, _ name: String, _ most: Double, share: Bool = false)
    -> String
  {
    let limit = share ? percent(most) : text(most)
    return "\(what), and \(name) is \(limit): \(factor(value, most)) times as much"
  }

  private static func under(_ what: String, _ value: Double, _ name: String, _ least: Double) -> String {
    "\(what), and \(name) is \(text(least)): \(percent(value / least)) of it"
  }

  private static func factor(_ value: Double, _ limit: Double) -> String { text(value / limit) }
  private static func percent(_ share: Double) -> String { "\(text(share * 100)) %" }
  static func text(_ number: Double) -> String { FigureFormat.short(number) }
}
