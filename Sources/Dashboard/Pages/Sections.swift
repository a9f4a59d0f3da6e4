internal import Control
internal import Monitoring
internal import Spool
internal import Telemetry

/// How well all is, first of all.
enum HealthSection {
  /// More would be no glance.
  private static let findingsMax = 12

  static func of(_ health: Health) -> Markup {
    let shown = health.findings.prefix(findingsMax).map { "<li class=\"wrap\">\($0.text)</li>" as Markup }
    let more = health.findings.count - shown.count
    let rest: Markup? = more > 0 ? "<li>and \(more) more</li>" : nil
    let list: Markup = shown.isEmpty ? "<p class=\"empty\">Nothing wants a person.</p>" : "<ul>\(shown)\(rest)</ul>"
    return """
      <section class="health \(health.level.rawValue)" aria-labelledby="health">\(StatusBadge.mark(health.level))
      <h2 id="health">\(health.headline)</h2><div>\(list)</div></section>
      """
  }
}

/// What is running now.
enum LiveSection {
  static func of(_ model: DashboardModel) -> Markup {
    // A page in a file shows one moment, and nothing runs in it.
    guard model.service != nil || !model.live.isEmpty else { return .nothing }
    let feeds = model.live.map { live -> Markup in
      let share = live.fraction.map { fraction -> Markup in
        "<progress aria-label=\"\(live.feed)\" max=\"100\" value=\"\(Int(fraction * 100))\">\(Int(fraction * 100)) %</progress>"
      }
      let total = live.total.map { " of \(CountText.grouped($0))" } ?? ""
      let rate =
        live.rowsPerSecond.map { "\(FigureFormat.short($0)) records/s" }
        ?? (live.counts.fetched > 0 ? "no records of late" : "no records yet")
      let left = live.remaining.map { ", \(Moment.span(Int($0 / .milliseconds(1)))) to go" } ?? ""
      let heldUp = live.stages.filter(\.isHeldUp).map { "weir-\($0.stage.rawValue) \($0.words)" }
      let words: Markup? = heldUp.isEmpty ? nil : "<p class=\"wrap attention\">\(heldUp.joined(separator: "; "))</p>"
      return """
        <li><div class="line"><strong>\(live.feed)</strong><span>\(live.isFetching ? "fetching" : "merging what is left")</span>\
        <span>\(CountText.grouped(live.counts.fetched))\(total) records, \(CountText.grouped(live.counts.placed)) merged</span>\
        <span>\(rate)\(left)</span></div>\(share)\(words)</li>
        """
    }
    let quiet =
      model.service?.isUnderWay == true
      ? "A run is under way: it works off what an earlier one has left, or is about to begin."
      : model.service?.isWaiting == true ? "A run waits for its turn." : "Nothing is running."
    let list: Markup = feeds.isEmpty ? "<p class=\"empty\">\(quiet)</p>" : "<ul class=\"live\">\(feeds)</ul>"
    return "<section aria-labelledby=\"now\"><h2 id=\"now\">Now</h2>\(list)</section>"
  }
}

/// The vendors.
enum SourceSection {
  static func of(_ model: DashboardModel) -> Markup {
    let columns: [DataTable.Column] = [
      .init("Source"), .init("Breaker"), .init("Failures in a row", number: true), .init("Openings", number: true),
      .init("Requests", number: true), .init("Limits"), .init("Wants to be left alone", number: true),
    ]
    let rows = model.snapshot.sources.map { source -> [Markup] in
      let limits = source.limits.map { "\(FigureFormat.short($0.count)) a \($0.name)" }.joined(separator: ", ")
      return [
        "\(source.name)", breaker(source.breaker), "\(source.state.failures)", "\(source.state.openings)",
        "\(CountText.grouped(source.state.requests))", "\(limits.isEmpty ? "none" : limits)",
        "\(source.heldSeconds > 0 ? FigureFormat.seconds(source.heldSeconds) : "no")",
      ]
    }
    let table = DataTable(
      caption: "Each vendor: circuit breaker and limits",
      columns: columns,
      rows: rows,
      emptyText: "No sources."
    )
    return "<section aria-labelledby=\"sources\"><h2 id=\"sources\">Sources</h2>\(table.markup)</section>"
  }

  private static func breaker(_ breaker: SourceState.Breaker) -> Markup {
    switch breaker {
    case .closed: StatusBadge.badge("closed", .good)
    case .halfOpen: StatusBadge.badge("half open", .attention)
    case .open: StatusBadge.badge("open", .bad)
    }
  }
}

/// What did not come into the tables, and how the vendor's records change.
enum PutAsideSection {
  /// Reasons that are shown, those of most records first.
  private static let rejectedMax = 40

  static func rejected(_ model: DashboardModel) -> Markup {
    let columns: [DataTable.Column] = [
      .init("Feed"), .init("Reason"), .init("Field"), .init("Records", number: true), .init("By"),
      .init("For example in"),
    ]
    let rows = model.rejected.prefix(rejectedMax).map { row -> [Markup] in
      [
        "\(row.feed)", "<span class=\"wrap\">\(row.reason)</span>", row.field.map { "<code>\($0)</code>" } ?? "–",
        "\(CountText.grouped(row.count))", "\(row.program)", "<code>\(row.segment)</code>",
      ]
    }
    let table = DataTable(
      caption: "Rejected records by reason; counted are the first 500 records of each of a feed's 20 latest files",
      columns: columns,
      rows: rows,
      emptyText: "No record was rejected."
    )
    let advice: Markup? =
      rows.isEmpty
      ? nil
      : "<p class=\"muted\">Look and mend: <code>weir spool ls --rejected</code>, then <code>weir spool retry</code></p>"
    return
      "<section aria-labelledby=\"rejected\"><h2 id=\"rejected\">Rejected records</h2>\(table.markup)\(advice)</section>"
  }

  static func drift(_ model: DashboardModel) -> Markup {
    let columns: [DataTable.Column] = [.init("Feed"), .init("What"), .init("In words"), .init("Seen in run")]
    let rows = model.drift.map { row -> [Markup] in
      ["\(row.feed)", "\(row.what)", "<span class=\"wrap\">\(row.text)</span>", "<code>\(row.run)</code>"]
    }
    let table = DataTable(
      caption: "Fields that came, changed or vanished, the latest first",
      columns: columns,
      rows: rows,
      emptyText: "The vendor's records look as they always did."
    )
    return "<section aria-labelledby=\"drift\"><h2 id=\"drift\">Drift</h2>\(table.markup)</section>"
  }
}
