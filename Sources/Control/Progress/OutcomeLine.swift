internal import Telemetry

/// The lines that say how a feed, and the whole run, ended.
///
/// ```
/// vow: 2,000 rows in 1.3 s (1,538 rows/s, 3.1 pages/s): 188 inserted, 3 updated, 1,809 unchanged; 12 not seen
/// rooms: failed after 0.8 s: weir-fetch: …; next: …; 1,000 rows fetched, 500 merged
/// openhouse: skipped: the feed of its parents, vow, did not succeed
/// ```
public enum OutcomeLine {
  /// A feed's end in one line. With `isReasonSaid` the failure stands in a line of its own already and is not said again.
  public static func text(
    _ outcome: FeedOutcome,
    isReasonSaid: Bool = false,
    style: TextStyle = .plain
  ) -> String {
    let head = style.strong("\(outcome.feed):")
    let seconds = CountText.seconds(outcome.elapsed)
    let reason = isReasonSaid ? "" : outcome.reason.map { ": \(EventLine.text($0))" } ?? ""
    switch outcome.status {
    case .succeeded:
      let rows = FigureText.counted(outcome.counts.fetched, "row")
      let rates = rates(rows: outcome.rowsPerSecond, pages: outcome.pagesPerSecond)
      let fates = fates(outcome.counts, style: style)
      return "\(head) \(rows) in \(seconds)\(outcome.counts.fetched > 0 ? rates : ""): \(fates)"
    case .failed:
      return "\(head) \(style.bad("failed")) after \(seconds)\(reason)\(sofar(outcome.counts))"
    case .stopped:
      return "\(head) \(style.attention("stopped")) after \(seconds)\(sofar(outcome.counts))"
    case .skipped:
      return "\(head) \(style.attention("skipped"))\(reason)"
    case .notStarted:
      return "\(head) \(style.attention("not started")): the run was stopped"
    }
  }

  /// The end of the run: feeds, then records, then where to look next. `spool` is its folder as a person would type it.
  public static func summary(_ report: RunReport, spool: String, style: TextStyle = .plain) -> [String] {
    let totals = report.totals
    var feeds = "\(report.count(of: .succeeded)) of \(FigureText.counted(report.outcomes.count, "feed")) succeeded"
    for (status, word) in [
      (FeedOutcome.Status.failed, "failed"), (.stopped, "stopped"), (.skipped, "skipped"), (.notStarted, "not started"),
    ] {
      let names = report.feeds(status)
      if !names.isEmpty { feeds += "; \(style.bad(word)): \(names.joined(separator: ", "))" }
    }
    let rows = "\(FigureText.counted(totals.fetched, "row")) in \(CountText.seconds(report.elapsed))"
    let rates = totals.fetched > 0 ? rates(rows: report.rowsPerSecond, pages: report.pagesPerSecond) : ""
    let success = totals.successRate.map { "; success rate \(FigureText.successRate($0))" } ?? ""
    var lines = [feeds, "\(rows)\(rates): \(fates(totals, style: style))\(success)"]
    let withRejects = report.outcomes.filter { $0.counts.rejected > 0 }.map { "\(spool)/\($0.feed)/rejected/*.lz4" }
    if !withRejects.isEmpty {
      lines.append("rejected records, each with its reason: lz4 -dcm \(withRejects.joined(separator: " ")) | jq .")
    }
    return lines
  }

  private static func rates(rows: Double?, pages: Double?) -> String {
    let rates = [rows.map { "\(FigureText.rate($0)) rows/s" }, pages.map { "\(FigureText.rate($0)) pages/s" }]
    let known = rates.compactMap(\.self)
    return known.isEmpty ? "" : " (\(known.joined(separator: ", ")))"
  }

  /// The three usual fates always, the others when there are any.
  private static func fates(_ counts: FeedCounts, style: TextStyle) -> String {
    var fates = [(counts.inserted, "inserted"), (counts.updated, "updated"), (counts.unchanged, "unchanged")]
    let others = [
      (counts.superseded, "superseded"), (counts.orphaned, "orphaned"), (counts.adopted, "adopted"),
      (counts.deleted, "deleted"), (counts.vanished ?? 0, "vanished"),
    ]
    fates += others.filter { $0.0 > 0 }
    var texts = fates.map { "\(CountText.grouped($0.0)) \($0.1)" }
    if counts.rejected > 0 { texts.append(style.attention("\(CountText.grouped(counts.rejected)) rejected")) }
    let unseen = counts.unseen.map { $0 > 0 ? "; \(CountText.grouped($0)) in the table not seen" : "" } ?? ""
    return texts.joined(separator: ", ") + unseen
  }

  /// What an early end left behind, in the table and in the spool.
  private static func sofar(_ counts: FeedCounts) -> String {
    guard counts.fetched > 0 else { return "" }
    return "; \(FigureText.counted(counts.fetched, "row")) fetched, \(CountText.grouped(counts.placed)) merged"
  }
}
