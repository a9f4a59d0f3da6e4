public import Telemetry

/// What a whole run came to.
public struct RunReport: Sendable, Equatable {
  /// Each feed that was asked for, in the order of the run.
  public var outcomes: [FeedOutcome]
  public var elapsed: Duration
  /// The acceptance targets that the run as a whole missed, each with by how much.
  public var missed: [String] = []

  public init(outcomes: [FeedOutcome], elapsed: Duration) {
    self.outcomes = outcomes
    self.elapsed = elapsed
  }

  public func count(of status: FeedOutcome.Status) -> Int { outcomes.count { $0.status == status } }

  /// The feeds that ended so, by name.
  public func feeds(_ status: FeedOutcome.Status) -> [String] {
    outcomes.filter { $0.status == status }.map(\.feed)
  }

  public var totals: FeedCounts { outcomes.reduce(FeedCounts()) { $0 + $1.counts } }
  public var rowsPerSecond: Double? { Rates.perSecond(totals.fetched, in: elapsed) }
  public var pagesPerSecond: Double? { Rates.perSecond(totals.pages, in: elapsed) }

  /// What `weir run` exits with: of its feeds' reasons, the one that most needs a person; 75 when it was stopped.
  public var exitStatus: ExitStatus {
    outcomes.reduce(missed.isEmpty ? .success : .targetMissed) { worst, outcome in
      switch outcome.status {
      case .succeeded: outcome.missed.isEmpty ? worst : .worse(worst, .targetMissed)
      case .failed: .worse(worst, outcome.reason?.exitStatus ?? .software)
      case .stopped, .notStarted: .worse(worst, .temporaryFailure)
      // The parents' failure is counted; this is only its consequence.
      case .skipped: worst
      }
    }
  }
}
