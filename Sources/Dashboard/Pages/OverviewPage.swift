internal import Control
internal import Monitoring
internal import Spool
internal import Telemetry

/// The dashboard's first page: how well all is, what runs, each feed, history, sources, and what was put aside.
public enum OverviewPage {
  /// - Parameters:
  ///   - model: What there is to show.
  ///   - style: Address of the stylesheet, ``Stylesheet``.
  ///   - script: Address of the script, ``Script``.
  /// - Returns: The page as the service answers it.
  public static func html(_ model: DashboardModel, style: String, script: String) -> String {
    html(model, .linked(style: style, script: script))
  }

  /// The page as a file that needs nothing beside it.
  public static func file(_ model: DashboardModel) -> String { html(model, .inline) }

  private static func html(_ model: DashboardModel, _ assets: Layout.Assets) -> String {
    let health = Health(model)
    let layout = Layout(
      title: "\(health.headline) · \(model.name) · Weir",
      level: health.level,
      time: model.snapshot.time,
      links: model.links,
      assets: assets
    )
    return layout.page(
      """
      <h1>\(model.name)</h1>\(HealthSection.of(health))\(tiles(model))\(LiveSection.of(model))\(feeds(model))\
      \(history(model))\(SourceSection.of(model))\(runs(model))\(PutAsideSection.rejected(model))\(PutAsideSection.drift(model))
      """
    )
  }

  private static func tiles(_ model: DashboardModel) -> Markup {
    let feeds = model.snapshot.feeds
    let ready = feeds.reduce(0) { sum, feed in sum + feed.queues.reduce(0) { $0 + $1.count(.ready) } }
    let held = feeds.reduce(0) { sum, feed in sum + feed.queues.reduce(0) { $0 + $1.count(.held) } }
    let counted = feeds.compactMap(\.rejectedRecords)
    let files = feeds.filter { $0.rejectedRecords == nil }.reduce(0) { $0 + $1.rejectedFiles }
    let uncounted = files > 0 ? "records put aside, and those of \(CountText.grouped(files)) further files" : nil
    let newest = feeds.compactMap(\.lastSuccess?.finished).max()
    let isAway = model.snapshot.databaseTrouble != nil
    let today = feeds.flatMap(\.runs).filter { model.snapshot.time - $0.finished < 86_400_000 }
    let records = today.reduce(0) { $0 + $1.counts.fetched }
    // Of a feed that runs often, the runs that are kept here may not go back a day.
    let known = feeds.filter { $0.runs.count >= PipelineSnapshot.runsMax }
      .compactMap { $0.runs.prefix(PipelineSnapshot.runsMax).last }.map { model.snapshot.time - $0.began }.min()
    let span = known.map { $0 < 86_400_000 ? Moment.span($0) : "24 h" } ?? "24 h"
    func tile(_ name: String, _ value: String, _ small: String) -> Markup {
      "<div><dt>\(name)</dt><dd>\(value)<small>\(small)</small></dd></div>"
    }
    let next = model.service.map { service in
      tile(
        "Next run",
        service.nextRun.map { $0 <= model.snapshot.time ? "now" : "in \(Moment.span($0 - model.snapshot.time))" }
          ?? "not planned",
        service.isScheduled ? service.schedule ?? "" : "the schedule is stopped"
      )
    }
    return """
      <dl class="tiles">\(tile("Last success", newest.map { "\(Moment.span(model.snapshot.time - $0)) ago" } ?? (isAway ? "not known" : "none"), "of any feed"))\
      \(next)\(tile("Records of late", CountText.grouped(records), "fetched in the last \(span)"))\
      \(tile("Segments waiting", CountText.grouped(ready), "\(CountText.grouped(held)) held for a person"))\
      \(tile("Rejected", CountText.grouped(counted.reduce(0, +)), uncounted ?? "records put aside"))</dl>
      """
  }

  private static func feeds(_ model: DashboardModel) -> Markup {
    let columns: [DataTable.Column] = [
      .init("Feed"), .init("Last run"), .init("Last success"), .init("Took", number: true),
      .init("Records", number: true),
      .init("Changed", number: true), .init("Records/s, last runs"), .init("Ready", number: true),
      .init("Held", number: true),
    ]
    // Without its database nobody knows.
    let unknown = model.snapshot.databaseTrouble.map { _ in "not known" }
    let rows = model.snapshot.feeds.map { feed -> [Markup] in
      let run = feed.runs.first
      let rates = feed.runs.prefix(20).reversed().map { $0.rowsPerSecond ?? 0 }
      let last = FigureFormat.short(rates.last ?? 0)
      let queued = feed.queues.map { "\($0.name.rawValue) \($0.count(.ready))" }.joined(separator: ", ")
      let held = feed.queues.reduce(0) { $0 + $1.count(.held) }
      let name: Markup = model.links.feeds.map { "<a href=\"\($0)\(feed.name)\">\(feed.name)</a>" } ?? "\(feed.name)"
      return [
        name, run.map { StatusBadge.of($0.status) } ?? "<span class=\"muted\">\(unknown ?? "never ran")</span>",
        feed.lastSuccess.map { Moment.ago($0.finished, at: model.snapshot.time) }
          ?? "<span class=\"muted\">\(unknown ?? "never")</span>",
        run.map { "\(FigureFormat.seconds($0.seconds))" } ?? "–",
        run.map { "\(CountText.grouped($0.counts.fetched))" } ?? "–",
        run.map { "\(CountText.grouped($0.counts.inserted + $0.counts.updated + $0.counts.deleted))" } ?? "–",
        Sparkline(values: rates, label: "records per second of the last \(rates.count) runs, the latest \(last)")
          .markup,
        "<span title=\"\(queued)\">\(feed.queues.reduce(0) { $0 + $1.count(.ready) })</span>", "\(held)",
      ]
    }
    return """
      <section aria-labelledby="feeds"><h2 id="feeds">Feeds</h2>
      \(DataTable(caption: "Each feed: its last run and its queues", columns: columns, rows: rows, emptyText: "No feeds.").markup)
      </section>
      """
  }

  private static func history(_ model: DashboardModel) -> Markup {
    let whole = WholeRun.all(in: model.snapshot)
    guard !whole.isEmpty else {
      return """
        <section aria-labelledby="history"><h2 id="history">History</h2><p class="empty">No run has ended yet. Start one: \
        <code>weir run</code></p></section>
        """
    }
    return """
      <section aria-labelledby="history"><h2 id="history">History</h2><div class="plots">\(HistoryPlots.of(whole))</div>
      \(HistoryPlots.legend)</section>
      """
  }

  private static func runs(_ model: DashboardModel) -> Markup {
    let runs = model.snapshot.feeds.flatMap(\.runs).sorted { $0.finished > $1.finished }.prefix(12)
    let table = RunTable.of(
      Array(runs),
      now: model.snapshot.time,
      caption: "The last runs of all feeds, the newest first"
    )
    return "<section aria-labelledby=\"runs\"><h2 id=\"runs\">Last runs</h2>\(table)</section>"
  }
}
