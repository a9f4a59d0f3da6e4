internal import Control
internal import Monitoring
internal import Spool
internal import Telemetry

/// One feed: its last run beside the usual, its history as plots, its queues.
public enum FeedPage {
  /// - Returns: The page as the service answers it; nil when there is no feed of that name.
  public static func html(_ model: DashboardModel, feed: String, style: String, script: String) -> String? {
    guard let feed = model.snapshot.feeds.first(where: { $0.name == feed }) else { return nil }
    let only = model.showing(only: feed)
    let health = Health(only)
    let layout = Layout(
      title: "\(feed.name) · \(model.name) · Weir",
      level: health.level,
      time: model.snapshot.time,
      links: model.links,
      assets: .linked(style: style, script: script)
    )
    return layout.page(
      """
      <h1>\(feed.name)</h1>\(HealthSection.of(health))\(LiveSection.of(only))\(sections(feed, at: model.snapshot.time))\
      \(queues(feed))\(PutAsideSection.rejected(only))\(PutAsideSection.drift(only))
      """
    )
  }

  /// The last run and the history.
  static func sections(_ feed: PipelineSnapshot.Feed, at now: Int) -> Markup {
    let id = "feed-\(feed.name)"
    guard let run = feed.runs.first else {
      return
        "<section aria-labelledby=\"\(id)\"><h2 id=\"\(id)\">\(feed.name)</h2><p class=\"empty\">It never ran.</p></section>"
    }
    let table = RunTable.of(Array(feed.runs.prefix(20)), now: now, caption: "Past runs, the newest first")
    return """
      <section aria-labelledby="\(id)"><h2 id="\(id)">Last run of \(feed.name)</h2>\
      \(figures(PerformanceReport(run, past: Array(feed.runs.dropFirst()), hasParents: feed.hasParents)))</section>
      <section aria-labelledby="\(id)-history"><h2 id="\(id)-history">History of \(feed.name)</h2>
      <div class="plots">\(HistoryPlots.of(feed.runs, of: feed.name))</div>\(HistoryPlots.legend)<details id="\(id)-runs"><summary>Past runs</summary>\
      \(table)</details></section>
      """
  }

  private static func figures(_ report: PerformanceReport) -> Markup {
    let run = report.run
    let rows = report.lines.map { line -> [Markup] in
      ["\(line.name)", "<span class=\"wrap\">\(line.value)</span>", "\(line.usual ?? "–")"]
    }
    let columns: [DataTable.Column] = [.init("Figure"), .init("This run"), .init("Usually")]
    let mode = run.isFull ? "full" : "incremental"
    let caption =
      "Run \(run.run ?? "without a name"), \(mode), began \(Moment.text(run.began)); usually is the median of "
      + "\(report.past.count) \(mode) runs before it"
    let words =
      run.missed.map { "target missed: \($0)" } + run.alerts.map { "alert: \($0)" }
      + (run.error.map { ["error: \($0)"] } ?? [])
    let list = words.map { "<li class=\"wrap\">\($0)</li>" as Markup }
    return """
      <p>\(StatusBadge.of(run.status))</p>\(list.isEmpty ? .nothing : "<ul>\(list)</ul>" as Markup)
      \(DataTable(caption: caption, columns: columns, rows: rows, emptyText: "").markup)
      """
  }

  private static func queues(_ feed: PipelineSnapshot.Feed) -> Markup {
    let states = SegmentState.allCases
    let columns =
      [DataTable.Column("Queue")] + states.map { .init($0.rawValue, number: true) } + [
        .init("Oldest waits", number: true)
      ]
    let rows = feed.queues.map { queue -> [Markup] in
      ["\(queue.name.rawValue)"] + states.map { "\(queue.count($0))" }
        + ["\(queue.oldestReadySeconds.map { Moment.span($0 * 1000) } ?? "–")"]
    }
    let table = DataTable(caption: "Segments in each queue", columns: columns, rows: rows, emptyText: "")
    return "<section aria-labelledby=\"queues\"><h2 id=\"queues\">Queues</h2>\(table.markup)</section>"
  }
}

extension DashboardModel {
  /// The same with one feed and its source.
  func showing(only feed: PipelineSnapshot.Feed) -> DashboardModel {
    var model = self
    model.snapshot.feeds = [feed]
    model.snapshot.sources = snapshot.sources.filter { $0.name == feed.source }
    model.live = live.filter { $0.feed == feed.name }
    model.rejected = rejected.filter { $0.feed == feed.name }
    model.drift = drift.filter { $0.feed == feed.name }
    return model
  }
}
