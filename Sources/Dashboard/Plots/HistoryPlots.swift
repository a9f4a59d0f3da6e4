internal import Control
internal import Monitoring
internal import Telemetry

/// All feeds of one run together.
struct WholeRun {
  var began: Int
  var feeds: [RunMetrics]

  var counts: FeedCounts { feeds.reduce(FeedCounts()) { $0 + $1.counts } }
  /// Until the last feed ended; feeds run side by side.
  var seconds: Double { Double((feeds.map(\.finished).max() ?? began) - began) / 1000 }
  var rowsPerSecond: Double { seconds > 0 ? Double(counts.fetched) / seconds : 0 }
  var errors: Int { feeds.reduce(0) { $0 + $1.requestErrors + $1.counts.rejected } }
  /// The worst of its feeds.
  var status: RunMetrics.Status {
    for status in [RunMetrics.Status.failed, .skipped, .stopped, .notStarted, .missed]
    where feeds.contains(where: { $0.status == status }) {
      return status
    }
    return .succeeded
  }

  /// The oldest first.
  static func all(in snapshot: PipelineSnapshot) -> [WholeRun] {
    let groups = Dictionary(grouping: snapshot.feeds.flatMap(\.runs), by: \.began)
    return groups.map { WholeRun(began: $0.key, feeds: $0.value) }.sorted { $0.began < $1.began }.suffix(
      PipelineSnapshot.runsMax
    )
  }
}

/// The plots of past runs: of all feeds together, and of one.
enum HistoryPlots {
  static func of(_ runs: [WholeRun]) -> [Markup] {
    func plot(
      _ id: String,
      _ title: String,
      _ unit: String,
      _ format: @escaping @Sendable (Double) -> String,
      _ value: (WholeRun) -> Double
    )
      -> Markup
    {
      let bars = runs.map { BarPlot.Bar(label: Moment.short($0.began), value: value($0), status: $0.status) }
      return BarPlot(title: title, unit: unit, bars: bars, format: format, id: id).markup
    }
    return [
      plot("plot-throughput", "Throughput", "records/s", whole) { $0.rowsPerSecond },
      plot("plot-errors", "Errors", "failed requests and rejected records", whole) { Double($0.errors) },
      plot("plot-time", "Time", "in all", { FigureFormat.seconds($0) }) { $0.seconds },
      plot("plot-records", "Records", "fetched", whole) { Double($0.counts.fetched) },
    ]
  }

  /// The identifiers carry the feed's name, so that several feeds may stand on a page.
  static func of(_ runs: [RunMetrics], of feed: String) -> [Markup] {
    func plot(
      _ id: String,
      _ title: String,
      _ unit: String,
      _ format: @escaping @Sendable (Double) -> String,
      _ value: (RunMetrics) -> Double
    )
      -> Markup
    {
      let bars = runs.reversed().map {
        BarPlot.Bar(label: Moment.short($0.finished), value: value($0), status: $0.status)
      }
      return BarPlot(title: title, unit: unit, bars: bars, format: format, id: "\(id)-\(feed)").markup
    }
    return [
      plot("plot-throughput", "Throughput", "records/s", whole) { $0.rowsPerSecond ?? 0 },
      plot("plot-response", "Response time", "p95", { FigureFormat.milliseconds($0) }) { $0.requestTimes.p95 ?? 0 },
      plot("plot-errors", "Errors", "failed requests and rejected records", whole) {
        Double($0.requestErrors + $0.counts.rejected)
      },
      plot("plot-time", "Time", "in all", { FigureFormat.seconds($0) }) { $0.seconds },
      plot("plot-query", "Database", "mean of a statement", { FigureFormat.milliseconds($0) }) {
        $0.queryTimes.mean ?? 0
      },
      plot("plot-memory", "Memory", "peak of the four programs", { FigureFormat.bytes(Int($0)) }) {
        Double($0.memoryPeakBytes)
      },
    ]
  }

  @Sendable private static func whole(_ value: Double) -> String { FigureFormat.short(value) }

  static let legend: Markup = """
    <ul class="legend"><li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="bar" width="10" height="10"/></svg> succeeded</li>\
    <li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="bar missed" width="10" height="10"/></svg> target missed, or stopped</li>\
    <li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="bar failed" width="10" height="10"/></svg> failed</li>\
    <li>dashed: the median</li></ul>
    """
}
