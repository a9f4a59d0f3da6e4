public import Spool
public import Telemetry

/// How a feed's run ended.
public struct FeedOutcome: Sendable, Equatable {
  public enum Status: String, CaseIterable, Sendable {
    case succeeded
    case failed
    /// A person or a supervisor asked for the end; what was fetched is merged.
    case stopped
    /// Not tried, because the feed of its parents did not succeed.
    case skipped
    /// Not tried, because the run was stopped before its turn.
    case notStarted = "not_started"
  }

  /// Why a feed failed, or was not tried.
  public struct Reason: Sendable, Equatable {
    /// The program whose failure it is; nil when no program ran.
    public var program: String?
    public var message: String
    /// What to do next.
    public var next: String?
    public var exitStatus: ExitStatus
    /// Another run had the feed: this one did nothing.
    public var isElsewhere = false

    public init(program: String?, message: String, next: String? = nil, exitStatus: ExitStatus) {
      self.program = program
      self.message = message
      self.next = next
      self.exitStatus = exitStatus
    }

    public init(_ error: any Error, program: String? = nil) {
      let known = error as? any OperatorError
      self.init(
        program: program,
        message: known?.message ?? "\(error)",
        next: known?.hint,
        exitStatus: ExitStatus(for: error)
      )
      isElsewhere = error is FeedIsRunning
    }
  }

  public var feed: String
  public var status: Status
  /// The run as fetch named it; nil when it came not so far.
  public var run: String?
  public var counts: FeedCounts
  public var elapsed: Duration
  public var reason: Reason?
  /// Most memory that each program held, bytes.
  public var peakBytes: [StageName: Int]
  public var measures = FeedMeasures()
  /// The acceptance targets that the feed missed, each with by how much; only of one that succeeded.
  public var missed: [String] = []
  /// Everything was asked for, not only what changed.
  public var isFull = false
  /// When it ended, in milliseconds since 1970; 0 while that is not known.
  public var endedAt = 0

  public init(
    feed: String,
    status: Status,
    run: String? = nil,
    counts: FeedCounts = FeedCounts(),
    elapsed: Duration = .zero,
    reason: Reason? = nil,
    peakBytes: [StageName: Int] = [:]
  ) {
    self.feed = feed
    self.status = status
    self.run = run
    self.counts = counts
    self.elapsed = elapsed
    self.reason = reason
    self.peakBytes = peakBytes
  }

  /// Records fetched a second, over the whole time; nil for a feed that took no time.
  public var rowsPerSecond: Double? { Rates.perSecond(counts.fetched, in: elapsed) }
  /// Pages a second, over the whole time.
  public var pagesPerSecond: Double? { Rates.perSecond(counts.pages, in: elapsed) }
}

enum Rates {
  static func perSecond(_ count: Int, in time: Duration) -> Double? {
    let seconds = time / .seconds(1)
    return seconds > 0 ? Double(count) / seconds : nil
  }
}
