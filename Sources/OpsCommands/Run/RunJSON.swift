internal import Control
internal import Spool
internal import Telemetry

/// A run's results for a program: one object for each feed as it ends, one for the whole run at the end.
enum RunJSON {
  static func line(_ outcome: FeedOutcome) -> JSONLine {
    var line = JSONLine()
    line.add("feed", outcome.feed)
    line.add("status", outcome.status.rawValue)
    line.add("run", outcome.run)
    add(outcome.counts, to: &line)
    line.add("seconds", measured: outcome.elapsed / .seconds(1))
    line.add("rows_per_second", measured: outcome.rowsPerSecond)
    line.add("pages_per_second", measured: outcome.pagesPerSecond)
    var memory = JSONLine()
    for stage in StageName.allCases { memory.add(stage.rawValue, outcome.peakBytes[stage]) }
    line.add("peak_bytes", memory)
    if let reason = outcome.reason {
      line.add("program", reason.program)
      line.add("error", reason.message)
      line.add("next", reason.next)
      line.add("exit_status", Int(reason.exitStatus.rawValue))
    }
    return line
  }

  static func line(_ report: RunReport, alerts: [String] = []) -> JSONLine {
    var line = JSONLine()
    line.add("summary", report.exitStatus == .success ? "succeeded" : "failed")
    line.add("feeds", report.outcomes.count)
    for status in FeedOutcome.Status.allCases { line.add(status.rawValue, report.count(of: status)) }
    add(report.totals, to: &line)
    line.add("success_rate", measured: report.totals.successRate)
    line.add("seconds", measured: report.elapsed / .seconds(1))
    line.add("rows_per_second", measured: report.rowsPerSecond)
    line.add("pages_per_second", measured: report.pagesPerSecond)
    let missed = report.outcomes.flatMap { outcome in outcome.missed.map { "\(outcome.feed): \($0)" } } + report.missed
    if !missed.isEmpty { line.add("missed", missed) }
    if !alerts.isEmpty { line.add("alerts", alerts) }
    line.add("exit_status", Int(report.exitStatus.rawValue))
    return line
  }

  private static func add(_ counts: FeedCounts, to line: inout JSONLine) {
    line.add("fetched", counts.fetched)
    line.add("inserted", counts.inserted)
    line.add("updated", counts.updated)
    line.add("unchanged", counts.unchanged)
    line.add("superseded", counts.superseded)
    line.add("orphaned", counts.orphaned)
    line.add("adopted", counts.adopted)
    line.add("deleted", counts.deleted)
    line.add("rejected", counts.rejected)
    line.add("vanished", counts.vanished)
    line.add("unseen", counts.unseen)
    line.add("segments", counts.segments)
    line.add("pages", counts.pages)
    line.add("bytes", counts.bytes)
    line.add("requests", counts.requests)
    line.add("retries", counts.retries)
  }
}
