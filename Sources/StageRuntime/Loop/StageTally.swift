internal import Spool
internal import Telemetry

/// What one stage program has done so far.
struct StageTally {
  /// By the names that events use; since the program began.
  private(set) var counts: [String: Int] = ["segments": 0]
  /// The most serious of what happened.
  private(set) var worst = ExitStatus.success
  private var feeds: Set<String> = []
  private var runs: Set<RunID> = []

  /// The one feed that was worked on, when it was one.
  var feed: String? { feeds.count == 1 ? feeds.first : nil }
  var run: String? { runs.count == 1 ? runs.first?.description : nil }

  mutating func add(_ done: ProcessedSegment, feed: String) {
    feeds.insert(feed)
    runs.insert(done.footer.run)
    counts.merge(done.counts, uniquingKeysWith: +)
    if !done.settled { note(.temporaryFailure) }
  }

  mutating func note(_ status: ExitStatus) { worst = .worse(worst, status) }
}
