public import Control
public import FoundationEssentials

/// How a pipeline stands: what is running, what was, what comes next.
public struct TenantStatus: Sendable {
  /// The run under way.
  public var running: ServiceRun?
  /// How far each feed is that runs at this moment.
  public var progress: [ProgressSnapshot] = []
  /// Feeds of the run under way that have ended.
  public var ended: [FeedOutcome] = []
  /// A run has been asked for and waits for its turn.
  public var isWaiting = false
  /// The last run that ended, however.
  public var lastRun: ServiceRun?
  /// The last run of all feeds that ended, however: what the schedule goes by.
  public var lastTurn: ServiceRun?
  /// The last run of all feeds that brought what it was to bring.
  public var lastSuccess: ServiceRun?
  /// When the next run begins by itself; nil when none does.
  public var nextAt: Date?
  /// The service runs the pipeline by itself.
  public var isScheduled = false
  /// `12h`, `at 02:00, 14:00`; nil without a schedule.
  public var schedule: String?
  /// How long after the last success the next one is late; nil without a schedule.
  public var overdueAfter: Duration?
  /// When the service began.
  public var startedAt = Date.now
  /// Why the database did not answer when it was asked last; nil when it did.
  public var databaseError: String?

  public var isRunning: Bool { running != nil }

  /// The last run that should have ended well did not, or none ended well for too long.
  public func isOverdue(at now: Date) -> Bool {
    guard isScheduled, let overdueAfter else { return false }
    let since = lastSuccess?.finishedAt ?? startedAt
    return now.timeIntervalSince(since) > overdueAfter / .seconds(1)
  }
}
