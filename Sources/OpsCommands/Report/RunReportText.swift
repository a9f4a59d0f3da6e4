internal import JSONText
internal import Monitoring
internal import Telemetry

/// A run's performance as `weir report` shows it.
enum RunReportText {
  /// The feed's last run: its figures beside the usual ones, then what was missed or is unlike before, then a line of
  /// past runs.
  static func lines(_ report: PerformanceReport) -> [String] {
    let run = report.run
    let began = WallClock.timestamp(milliseconds: run.began)
    let mode = run.isFull ? "full" : "incremental"
    var lines = ["\(run.feed)  \(run.run ?? "-")  \(mode)  \(run.status.rawValue)  began \(began)"]
    let width = report.lines.map(\.name.count).max() ?? 0
    for line in report.lines {
      let name = line.name + String(repeating: " ", count: width - line.name.count)
      lines.append("  \(name)  \(line.value)\(line.usual.map { "  [usually \($0)]" } ?? "")")
    }
    lines += run.missed.map { "  acceptance target missed: \($0)" }
    lines += run.alerts.map { "  alert: \($0)" }
    if let error = run.error { lines.append("  error: \(error)") }
    if report.past.count >= PerformanceReport.pastLeast {
      lines.append("  usually: the median of the \(report.past.count) \(mode) runs before it that ended well")
    }
    return lines
  }

  static func json(_ report: PerformanceReport) -> JSONValue {
    guard case .object(var members) = report.run.json else { return .null }
    let usual = report.lines.compactMap { line in line.usual.map { JSONMember(name: line.name, value: .string($0)) } }
    members.append(JSONMember(name: "past_runs", value: .number(String(report.past.count))))
    members.append(JSONMember(name: "usually", value: .object(usual)))
    return .object(members)
  }
}
