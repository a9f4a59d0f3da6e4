internal import Control
internal import Monitoring
internal import Telemetry

/// Runs as rows.
enum RunTable {
  static func of(_ runs: [RunMetrics], now: Int, caption: String) -> Markup {
    let columns: [DataTable.Column] = [
      .init("Ended"), .init("Feed"), .init("How"), .init("Mode"), .init("Took", number: true),
      .init("Records", number: true),
      .init("New", number: true), .init("Updated", number: true), .init("Rejected", number: true),
      .init("Response p95", number: true), .init("What there is to say"),
    ]
    let rows = runs.map { run -> [Markup] in
      let words = [run.error].compactMap(\.self) + run.missed + run.alerts
      return [
        Moment.ago(run.finished, at: now), "\(run.feed)", StatusBadge.of(run.status),
        run.isFull ? "full" : "incremental",
        "\(FigureFormat.seconds(run.seconds))", "\(CountText.grouped(run.counts.fetched))",
        "\(CountText.grouped(run.counts.inserted))", "\(CountText.grouped(run.counts.updated))",
        "\(CountText.grouped(run.counts.rejected))",
        "\(run.requestTimes.p95.map { FigureFormat.milliseconds($0) } ?? "–")",
        words.isEmpty ? "–" : "<span class=\"wrap\">\(words.joined(separator: "; "))</span>",
      ]
    }
    return DataTable(caption: caption, columns: columns, rows: rows, emptyText: "No run has ended yet.").markup
  }
}
