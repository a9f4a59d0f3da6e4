internal import Monitoring
internal import Spool
internal import Telemetry

/// How well a pipeline is, at a glance: the worst of what there is to say, and all of it.
public struct Health: Sendable, Equatable {
  public enum Level: String, Sendable, Comparable {
    case good
    /// Somebody should look, today.
    case attention
    /// Data is not current, or does not come.
    case bad

    private var rank: Int { [.good, .attention, .bad].firstIndex(of: self) ?? 0 }
    public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }
  }

  public struct Finding: Sendable, Equatable {
    public var level: Level
    public var text: String
  }

  /// The worst first.
  public var findings: [Finding]
  private var hasRuns: Bool
  private var isUnderWay: Bool

  public var level: Level { findings.map(\.level).max() ?? .good }

  public var headline: String {
    switch level {
    case .good:
      hasRuns ? "All feeds are well" : isUnderWay ? "The first run is under way" : "Ready for the first run"
    case .attention: "Something wants attention"
    case .bad: "Something is wrong"
    }
  }

  public init(_ model: DashboardModel) {
    var found: [Finding] = []
    func say(_ level: Level, _ text: String) { found.append(Finding(level: level, text: text)) }
    if let trouble = model.snapshot.databaseTrouble { say(.bad, "The database does not answer: \(trouble)") }
    if model.service?.isOverdue == true { say(.bad, "A run is overdue.") }
    for feed in model.snapshot.feeds { found += Self.findings(of: feed) }
    for source in model.snapshot.sources {
      switch source.breaker {
      case .open:
        say(.bad, "\(source.name): the circuit breaker is open; trials in \(FigureFormat.seconds(source.openSeconds)).")
      case .halfOpen: say(.attention, "\(source.name): the circuit breaker is half open; the next requests are trials.")
      case .closed:
        guard source.heldSeconds > 0 else { continue }
        say(
          .attention,
          "\(source.name): the vendor wants to be left alone for \(FigureFormat.seconds(source.heldSeconds))."
        )
      }
    }
    isUnderWay = model.service?.isUnderWay == true || !model.live.isEmpty
    hasRuns = model.snapshot.feeds.contains { !$0.runs.isEmpty }
    findings = found.enumerated().sorted { ($1.element.level, $0.offset) < ($0.element.level, $1.offset) }.map(
      \.element
    )
  }

  private static func findings(of feed: PipelineSnapshot.Feed) -> [Finding] {
    var found: [Finding] = []
    func say(_ level: Level, _ text: String) { found.append(Finding(level: level, text: "\(feed.name): \(text)")) }
    if let run = feed.runs.first {
      switch run.status {
      case .succeeded: break
      case .missed: say(.attention, "the last run missed a target: \(run.missed.joined(separator: "; "))")
      case .failed: say(.bad, "the last run failed: \(run.error ?? "it did not say why")")
      case .stopped: say(.attention, "the last run was stopped.")
      case .skipped: say(.bad, "the last run skipped it, because the feed of its parents failed.")
      case .notStarted: say(.attention, "the last run was stopped before its turn.")
      }
      for alert in run.alerts { say(.attention, "the last run was \(alert)") }
    }
    let held = feed.queues.reduce(0) { $0 + $1.count(.held) }
    if held > 0 {
      say(.attention, "\(CountText.grouped(held)) held \(held == 1 ? "segment waits" : "segments wait") for a person.")
    }
    if feed.rejectedFiles > 0 {
      let records = feed.rejectedRecords.map { "\(CountText.grouped($0)) rejected \($0 == 1 ? "record" : "records")" }
      say(
        .attention,
        "\(records ?? "many rejected records"), put aside with \(feed.rejectedRecords == 1 ? "its reason" : "their reasons")."
      )
    }
    return found
  }
}
