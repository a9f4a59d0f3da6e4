internal import JSONText
internal import Monitoring
internal import PipelineConfig
internal import Spool
internal import Staging
internal import Telemetry

/// How good a feed's data is: what the database knows of its last run, and what stage has noticed.
struct FeedReport {
  let feed: Feed
  /// Nil when there was none, or the database did not tell.
  var lastRun: MatchCounts?
  /// The latest run that stage has something to say of.
  let staged: StagedRun?
  let drift: [DriftNote]
  /// How fast and how well the last run went; nil when the database does not tell.
  var performance: PerformanceReport?

  init(of feed: Feed, in spool: Spool) throws {
    self.feed = feed
    staged = try StagedRun.latest(of: feed.name, in: spool)
    drift = try DriftNote.all(of: feed.name, in: spool)
  }

  /// For a person: the feed, and below it what there is to say.
  var lines: [String] {
    var lines = ["\(feed.name)\(lastRun.map { "  run \($0.run)  \($0.status)" } ?? "")"]
    if let lastRun { lines.append("  " + lastRun.text) }
    if let performance { lines += RunReportText.lines(performance).map { "  \($0)" } }
    if let staged {
      if !feed.checks.areNone { lines.append("  \(staged.run)  checks: \(staged.verdict)") }
      lines += staged.complaints.map { "  \(staged.run)  check not met: \($0)" }
      lines += staged.columns.map { column in
        "  \(staged.run)  column \(column.name): nulled \(CountText.grouped(column.nulled)), clipped "
          + CountText.grouped(column.clipped)
      }
    }
    lines += drift.map { "  \($0.run)  \($0.text(for: feed))" }
    return lines
  }

  var json: JSONLine {
    var line = JSONLine()
    line.add("feed", feed.name)
    if let lastRun {
      line.add("run", lastRun.run)
      line.add("status", lastRun.status)
      for (name, count) in lastRun.named { line.add(name, count) }
      line.add("match_ratio", measured: lastRun.matchRatio)
    }
    if let staged {
      var inner = JSONLine()
      inner.add("run", staged.run)
      if !feed.checks.areNone { inner.add("checks", staged.verdict) }
      inner.add("complaints", staged.complaints)
      var columns = JSONLine()
      for column in staged.columns {
        var counts = JSONLine()
        counts.add("nulled", column.nulled)
        counts.add("clipped", column.clipped)
        columns.add(column.name, counts)
      }
      inner.add("columns", columns)
      line.add("staged", inner)
    }
    if let performance { line.add("performance", RunReportText.json(performance)) }
    line.add("drift", JSONValue.array(drift.map(\.json)))
    return line
  }
}

/// What a run found when it compared hashes.
struct MatchCounts: Equatable {
  var run: String
  var status: String
  var fetched: Int
  var inserted: Int
  var updated: Int
  var unchanged: Int
  var superseded: Int
  var rejected: Int

  /// Records whose hash the table had, and those whose hash it had not.
  var match: Int { unchanged }
  var mismatch: Int { inserted + updated }

  /// Of the records that were compared, 0…1; nil when there was none.
  var matchRatio: Double? { match + mismatch == 0 ? nil : Double(match) / Double(match + mismatch) }

  var named: [(String, Int)] {
    [
      ("fetched", fetched), ("match", match), ("mismatch", mismatch), ("inserted", inserted), ("updated", updated),
      ("superseded", superseded), ("rejected", rejected),
    ]
  }

  /// `match 190,000 of 200,000 (95.0 %), mismatch 10,000 (inserted 1,000, updated 9,000), superseded 0, rejected 0`
  var text: String {
    func grouped(_ count: Int) -> String { CountText.grouped(count) }
    // Rounded down, so that 100 % is all.
    let percent = matchRatio.map { ratio in
      let thousandths = Int(ratio * 1000)
      return " (\(thousandths / 10).\(thousandths % 10) %)"
    }
    return "match \(grouped(match)) of \(grouped(match + mismatch))\(percent ?? "")"
      + ", mismatch \(grouped(mismatch)) (inserted \(grouped(inserted)), updated \(grouped(updated)))"
      + ", superseded \(grouped(superseded)), rejected \(grouped(rejected))"
  }
}
