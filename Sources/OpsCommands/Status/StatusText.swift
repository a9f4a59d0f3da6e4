internal import JSONText
internal import Spool

/// The status of feeds, for a person and for a program.
enum StatusText {
  /// Columns lined up; `READY`, `DONE` and `HELD` are the queues fetched/hashed/staged in that order.
  static func table(_ feeds: [FeedStatus]) -> [String] {
    var table = TextTable(["FEED", "READY", "DONE", "HELD", "REJECTED", "LAST RUN", "STATUS", "SUCCESS", "WATERMARK"])
    for feed in feeds {
      func queues(_ state: SegmentState) -> String {
        QueueName.allCases.map { String(feed.depth($0, state)) }.joined(separator: "/")
      }
      table.rows.append([
        feed.feed, queues(.ready), queues(.done), queues(.held), String(feed.rejected),
        unknown(feed) { $0.lastRun }, unknown(feed) { $0.lastStatus },
        unknown(feed) { $0.successAgeSeconds.map { "\(AgeText.text(seconds: $0)) ago" } }, feed.watermark,
      ])
    }
    return table.lines
  }

  static func json(_ feed: FeedStatus) -> JSONLine {
    var line = JSONLine()
    line.add("feed", feed.feed)
    var queues = JSONLine()
    for queue in QueueName.allCases {
      var states = JSONLine()
      for state in SegmentState.allCases { states.add(state.rawValue, feed.depth(queue, state)) }
      queues.add(queue.rawValue, states)
    }
    line.add("queues", queues)
    line.add("rejected", feed.rejected)
    line.add("last_run", feed.runs?.lastRun)
    line.add("last_status", feed.runs?.lastStatus)
    line.add("success_age_seconds", feed.runs?.successAgeSeconds)
    line.add("watermark", feed.watermark)
    if let source = feed.source { line.add("source", source.json) }
    line.add("database", feed.runs == nil ? "unreachable" : "reachable")
    return line
  }

  /// A question mark where only the database could have told.
  private static func unknown(_ feed: FeedStatus, _ value: (FeedStatus.Runs) -> String?) -> String? {
    guard let runs = feed.runs else { return "?" }
    return value(runs)
  }
}
