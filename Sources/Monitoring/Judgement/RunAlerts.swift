internal import Control
public import PipelineConfig

/// Finds what in a run is unlike the past ones.
public enum RunAlerts {
  /// Below these a factor says nothing: a run of half a second that took one is no news.
  static let secondsFloor = 10.0
  static let rowsFloor = 1000
  static let errorsFloor = 10

  /// Why somebody should look at a run, each with the figures; none when it is like the others.
  ///
  /// Of `past`, which may be in any order, those of the other mode and those that failed are left out.
  public static func of(_ run: RunMetrics, past: [RunMetrics], _ settings: AlertSettings) -> [String] {
    let good = past.filter { $0.isFull == run.isFull && ($0.status == .succeeded || $0.status == .missed) }
    let alike = good.sorted { $0.finished > $1.finished }.prefix(settings.runs)
    guard alike.count >= AlertSettings.runsLeast, run.status == .succeeded || run.status == .missed else { return [] }
    let among = "the median of \(alike.count) runs"
    var alerts: [String] = []
    let seconds = Median.of(alike.map(\.seconds))
    if run.seconds >= secondsFloor, let seconds, run.seconds > seconds * settings.slower {
      let factor = factor(run.seconds, seconds)
      alerts.append(
        "slower: \(FigureFormat.seconds(run.seconds)), \(factor) (\(among): \(FigureFormat.seconds(seconds)))"
      )
    }
    let rows = Median.of(alike.map { Double($0.counts.fetched) })
    if run.counts.fetched >= rowsFloor, let rows, Double(run.counts.fetched) > rows * settings.larger {
      let factor = factor(Double(run.counts.fetched), rows)
      let count = FigureFormat.short(Double(run.counts.fetched))
      alerts.append("larger: \(count) records, \(factor) (\(among): \(FigureFormat.short(rows)))")
    }
    let share = Median.of(alike.map(\.faultShare))
    if run.faults >= errorsFloor, let share, run.faultShare > share * settings.moreErrors {
      let percent = FigureFormat.percent(run.faultShare)
      let factor = factor(run.faultShare, share)
      alerts.append(
        "more faulty: \(percent) of requests and records failed, \(factor) (\(among): \(FigureFormat.percent(share)))"
      )
    }
    return alerts
  }

  private static func factor(_ value: Double, _ median: Double) -> String {
    median > 0 ? "\(FigureFormat.short(value / median)) times as much" : "where there was none"
  }
}

extension RunMetrics {
  /// Tries of requests and records that failed.
  var faults: Int { requestErrors + counts.rejected }
  var faultShare: Double {
    let all = requests + counts.fetched
    return all > 0 ? Double(faults) / Double(all) : 0
  }
}

/// The middle of some numbers.
public enum Median {
  /// The mean of the two in the middle when their number is even; nil of none.
  public static func of(_ numbers: [Double]) -> Double? {
    guard !numbers.isEmpty else { return nil }
    let sorted = numbers.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
