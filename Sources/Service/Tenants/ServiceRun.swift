public import Control
public import FoundationEssentials
internal import PipelineConfig
internal import Telemetry

/// One run of a pipeline by the service, as `weir.service_run` has it.
public struct ServiceRun: Sendable, Equatable {
  /// Why it began.
  public enum Trigger: String, CaseIterable, Sendable {
    case schedule
    /// Somebody asked for it.
    case manual
    /// The run before ended in a way that may be another one the next time.
    case retry
    /// The service ended during the run before.
    case resume
  }

  public enum Status: String, CaseIterable, Sendable {
    /// Asked for, and not begun.
    case waiting
    case running
    case succeeded
    case failed
    /// Somebody asked for the end; what was fetched is merged.
    case stopped
    /// The service ended before it did.
    case interrupted
  }

  /// 128 random bits in hexadecimal digits.
  public var id: String
  public var trigger: Trigger
  /// Whose token asked for it; nil for the schedule.
  public var requestedBy: String?
  /// In the order of the run.
  public var feeds: [String]
  public var isFull: Bool
  /// Runs before this one that it repeats.
  public var attempt: Int
  public var status: Status
  public var startedAt: Date
  public var finishedAt: Date?
  /// Of all feeds that have ended.
  public var counts: ServiceCounts
  /// Why it did not succeed; one line.
  public var error: String?
  public var exitStatus: Int?

  public init(
    id: String,
    trigger: Trigger,
    requestedBy: String? = nil,
    feeds: [String],
    isFull: Bool = false,
    attempt: Int = 0,
    status: Status = .running,
    startedAt: Date,
    finishedAt: Date? = nil,
    counts: ServiceCounts = ServiceCounts(),
    error: String? = nil,
    exitStatus: Int? = nil
  ) {
    (self.id, self.trigger, self.requestedBy, self.feeds) = (id, trigger, requestedBy, feeds)
    (self.isFull, self.attempt, self.status) = (isFull, attempt, status)
    (self.startedAt, self.finishedAt, self.counts) = (startedAt, finishedAt, counts)
    (self.error, self.exitStatus) = (error, exitStatus)
  }

  /// What it was to bring is there: it succeeded, or missed no more than a target.
  var isCurrent: Bool { status == .succeeded || exitStatus == Int(ExitStatus.targetMissed.rawValue) }

  /// It was a run of all these feeds, and perhaps of others.
  func covers(_ pipeline: Pipeline) -> Bool { Set(pipeline.feeds.map(\.name)).isSubset(of: feeds) }

  /// Since it began; of one that has ended, until then.
  public func seconds(at now: Date) -> Double { max(0, (finishedAt ?? now).timeIntervalSince(startedAt)) }

  static func newID() -> String {
    let bits = [UInt64.random(in: .min ... .max), .random(in: .min ... .max)]
    return bits.map { $0.padded(16, radix: 16) }.joined()
  }
}

/// What a run did, as the service keeps it.
public struct ServiceCounts: Sendable, Equatable {
  public var fetched = 0
  public var inserted = 0
  public var updated = 0
  public var unchanged = 0
  public var deleted = 0
  /// Put aside with the reason.
  public var rejected = 0
  /// Fetched, and neither in the database nor put aside when the run ended.
  public var failed = 0

  public init() {}

  public init(_ counts: FeedCounts) {
    fetched = counts.fetched
    inserted = counts.inserted
    updated = counts.updated
    unchanged = counts.unchanged
    deleted = counts.deleted + (counts.vanished ?? 0)
    rejected = counts.rejected
    failed = max(0, counts.fetched - counts.settled)
  }
}
