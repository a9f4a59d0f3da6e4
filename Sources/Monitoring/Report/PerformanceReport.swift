internal import Control
internal import Spool
internal import Telemetry

/// What a run's performance is reported as, feed by feed, beside the median of past runs: the lines that a person reads.
public struct PerformanceReport: Sendable {
  /// One figure: what it is, what it was, and what it usually is.
  public struct Line: Sendable, Equatable {
    public var name: String
    public var value: String
    /// The same of the median of past runs; nil when there are too few.
    public var usual: String?
  }

  public var run: RunMetrics
  /// Runs of the same feed and mode before it that ended well, the newest first.
  public var past: [RunMetrics]
  /// The feed has parents, which its records were held against.
  public var hasParents: Bool

  public init(_ run: RunMetrics, past: [RunMetrics], hasParents: Bool) {
    self.run = run
    self.past = past.filter {
      $0.isFull == run.isFull && ($0.status == .succeeded || $0.status == .missed) && $0 != run
    }
    self.hasParents = hasParents
  }

  /// In the order of the way through; the same names in every report.
  public var lines: [Line] {
    var lines = [
      line("requests", requests) { Double($0.requests) },
      line("response", response) {
        $0.requestTimes.mean
      } as: {
        "mean \(FigureFormat.milliseconds($0))"
      },
      line("pages", "\(whole(run.counts.pages))\(rate(run.pagesPerSecond, "pages"))") {
        $0.pagesPerSecond
      } as: {
        "\(FigureFormat.short($0)) pages/s"
      },
      line("records", "\(whole(run.counts.fetched))\(rate(run.rowsPerSecond, "rows"))") {
        $0.rowsPerSecond
      } as: {
        "\(FigureFormat.short($0)) rows/s"
      },
      line("queries", queries) { Double($0.queries) },
      line("query time", queryTime) {
        $0.queryTimes.mean
      } as: {
        "mean \(FigureFormat.milliseconds($0))"
      },
      line("batches", batches) {
        $0.batchMean
      } as: {
        "mean \(FigureFormat.milliseconds($0))"
      },
      line("memory", memory) {
        Double($0.memoryPeakBytes)
      } as: {
        "peak \(FigureFormat.bytes(Int($0)))"
      },
    ]
    if hasParents {
      lines.append(
        line("validations", validations) {
          $0.hitRate
        } as: {
          "hit rate \(FigureFormat.percent($0))"
        }
      )
    }
    lines.append(
      line("spared", spared) {
        $0.sparedShare
      } as: {
        FigureFormat.percent($0)
      }
    )
    lines.append(
      line("errors", errors) {
        $0.faultShare
      } as: {
        FigureFormat.percent($0)
      }
    )
    lines.append(
      line("time", FigureFormat.seconds(run.seconds)) {
        $0.seconds
      } as: {
        FigureFormat.seconds($0)
      }
    )
    return lines
  }

  private func line(
    _ name: String,
    _ value: String,
    _ figure: (RunMetrics) -> Double?,
    as text: (Double) -> String = { FigureFormat.short($0) }
  ) -> Line {
    let figures = past.compactMap(figure)
    let median = figures.count >= PerformanceReport.pastLeast ? Median.of(figures) : nil
    return Line(name: name, value: value, usual: median.map(text))
  }

  /// Of fewer past runs a median says little.
  public static let pastLeast = 3
}

extension PerformanceReport {
  private func whole(_ count: Int) -> String { CountText.grouped(count) }

  private func rate(_ perSecond: Double?, _ unit: String) -> String {
    perSecond.map { " (\(FigureFormat.short($0)) \(unit)/s)" } ?? ""
  }

  private var requests: String {
    guard run.requests > 0 else { return "0" }
    let success = FigureFormat.percent(1 - (run.requestErrorRate ?? 0))
    return "\(whole(run.requests)), success \(success), \(whole(run.counts.retries)) tried again"
  }

  private var response: String {
    let times = run.requestTimes
    guard let mean = times.mean, let p50 = times.p50, let p95 = times.p95, let p99 = times.p99 else { return "-" }
    let parallel = run.requestParallelism.map { ", \(FigureFormat.short($0)) at once" } ?? ""
    return "mean \(FigureFormat.milliseconds(mean)), p50 \(FigureFormat.milliseconds(p50)), "
      + "p95 \(FigureFormat.milliseconds(p95)), p99 \(FigureFormat.milliseconds(p99))\(parallel)"
  }

  private var queries: String {
    guard run.queries > 0 else { return "0" }
    let share = 1 - Double(run.queryErrors) / Double(run.queries)
    return "\(whole(run.queries)), success \(FigureFormat.percent(share))"
  }

  private var queryTime: String {
    guard let mean = run.queryTimes.mean else { return "-" }
    return "mean \(FigureFormat.milliseconds(mean))"
      + (run.queryTimes.p95.map { ", p95 \(FigureFormat.milliseconds($0))" } ?? "")
  }

  private var batches: String {
    guard run.batches > 0, let mean = run.batchMean else { return "0" }
    let efficiency = run.batchEfficiency.map { ", parallel efficiency \(FigureFormat.percent($0))" } ?? ""
    return "\(whole(run.batches)), mean \(FigureFormat.milliseconds(mean))\(efficiency)"
  }

  private var memory: String {
    let now = run.stages.values.reduce(0) { $0 + ($1["memory_bytes"] ?? 0) }
    let stages = StageName.allCases.compactMap { stage in
      run.stages[stage]?["memory_peak_bytes"].map { "\(stage.rawValue) \(FigureFormat.bytes(Int($0)))" }
    }
    guard !stages.isEmpty else { return "-" }
    let growth = run.memoryGrowthBytes.map { ", grew \(FigureFormat.bytes($0)) after the warm-up" } ?? ""
    return "at the end \(FigureFormat.bytes(Int(now))), peak \(FigureFormat.bytes(run.memoryPeakBytes)) "
      + "(\(stages.joined(separator: ", ")))\(growth)"
  }

  private var validations: String {
    let (count, hits) = run.validations
    guard count > 0 else { return "0" }
    return "\(whole(count)) parents looked for, hit rate \(FigureFormat.percent(Double(hits) / Double(count)))"
  }

  private var spared: String {
    guard let share = run.sparedShare else { return "-" }
    return
      "\(whole(run.counts.unchanged + run.counts.superseded)) records needed no writing (\(FigureFormat.percent(share)))"
  }

  private var errors: String {
    var parts = ["\(whole(run.requestErrors)) requests", "\(whole(run.counts.rejected)) records rejected"]
    if run.breakerOpenings > 0 { parts.append("breaker opened \(whole(run.breakerOpenings)) times") }
    if run.waited >= 1000 { parts.append("requests waited \(FigureFormat.milliseconds(run.waited))") }
    let kinds = (run.stages[.fetch] ?? [:]).filter { $0.key.hasPrefix("request_errors_") && $0.value > 0 }
    if !kinds.isEmpty {
      let named = kinds.sorted { $0.key < $1.key }.map { "\($0.key.dropFirst(15)) \(whole(Int($0.value)))" }
      parts[0] += " (\(named.joined(separator: ", ")))"
    }
    return parts.joined(separator: ", ")
  }
}

extension RunMetrics {
  /// Of the records whose parent was looked for, those whose parent was there, 0…1.
  var hitRate: Double? {
    let (count, hits) = validations
    return count > 0 ? Double(hits) / Double(count) : nil
  }

  /// Of the fetched records, those that needed no writing, 0…1.
  var sparedShare: Double? {
    counts.fetched > 0 ? Double(counts.unchanged + counts.superseded) / Double(counts.fetched) : nil
  }
}
