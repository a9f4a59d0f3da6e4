public import Control
public import PipelineConfig
public import Postgres
internal import Telemetry

/// The end of a run: what it is judged to be, and what is remembered of it.
public struct RunClosing: Sendable {
  /// The run with the targets that it, and its feeds, missed.
  public var report: RunReport
  /// One for each feed, in the order of the run; none for a feed that another run has.
  public var feeds: [RunMetrics]

  /// Judges a run.
  ///
  /// - Parameters:
  ///   - report: How it ended.
  ///   - pipeline: Its targets and when somebody is alerted.
  ///   - began: When it began, in milliseconds since 1970.
  ///   - past: Runs of each feed before this one.
  public init(_ report: RunReport, of pipeline: Pipeline, began: Int, past: [String: [RunMetrics]] = [:]) {
    self.report = report
    feeds = []
    for index in report.outcomes.indices {
      let outcome = report.outcomes[index]
      // Another run has the feed, and tells of it.
      if outcome.reason?.isElsewhere == true { continue }
      var metrics = RunMetrics(outcome, began: began, finished: outcome.endedAt, isFull: outcome.isFull)
      if outcome.status == .succeeded, let feed = try? pipeline.feed(named: outcome.feed) {
        metrics.missed = Acceptance.missed(feed.acceptance, by: .init(metrics))
        if !metrics.missed.isEmpty { metrics.status = .missed }
        self.report.outcomes[index].missed = metrics.missed
      }
      metrics.alerts = RunAlerts.of(metrics, past: past[outcome.feed] ?? [], pipeline.alerts)
      feeds.append(metrics)
    }
    // Of a run that failed the failure is the news.
    guard report.exitStatus == .success, !feeds.isEmpty else { return }
    self.report.missed = Acceptance.missed(
      pipeline.acceptance,
      by: .init(feeds, seconds: report.elapsed / .seconds(1), warmUp: pipeline.acceptance.warmUp / .seconds(1))
    )
  }

  /// Judges a run by what the database remembers of those before it, and writes it down there. Waits for the server in the
  /// calling thread.
  ///
  /// - Returns: The judgement, and why it is not in the database when it is not; the run is what it is all the same.
  public static func close(
    _ report: RunReport,
    of pipeline: Pipeline,
    began: Int,
    in target: DatabaseTarget
  ) -> (RunClosing, trouble: (any Error)?) {
    do {
      var past: [String: [RunMetrics]] = [:]
      for outcome in report.outcomes where outcome.reason?.isElsewhere != true {
        past[outcome.feed] = try RunHistory.good(
          pipeline.alerts.runs,
          of: outcome.feed,
          isFull: outcome.isFull,
          in: target
        )
      }
      let closing = RunClosing(report, of: pipeline, began: began, past: past)
      try RunHistory.write(closing.feeds, to: target)
      return (closing, nil)
    } catch {
      return (RunClosing(report, of: pipeline, began: began), error)
    }
  }

  /// What a person is told of at the end of the run: alerts, then targets that were missed.
  public var notes: [String] {
    let alerts = feeds.flatMap { feed in feed.alerts.map { "\(feed.feed): alert: \($0)" } }
    let missed = feeds.flatMap { feed in feed.missed.map { "\(feed.feed): acceptance target missed: \($0)" } }
    return alerts + missed + report.missed.map { "acceptance target of the whole run missed: \($0)" }
  }
}
