internal import PipelineConfig
internal import Spool

/// A run of a feed that did not come to its end, as it is written down in the database.
public struct FailedRun: Sendable, Equatable {
  public var feed: String
  /// The run as fetch named it; nil when it came not so far.
  public var run: String?
  /// Everything was asked for, not only what changed.
  public var isFull: Bool
  /// As `weir.sync_log` has it: `incomplete` when a person wanted the end, else `failed`.
  public var status: String
  public var counts: FeedCounts
  public var elapsed: Duration
  /// One line: which program, and why.
  public var error: String

  init(_ outcome: FeedOutcome, isFull: Bool) {
    feed = outcome.feed
    run = outcome.run
    self.isFull = isFull
    status = outcome.status == .stopped ? "incomplete" : "failed"
    counts = outcome.counts
    elapsed = outcome.elapsed
    let program = outcome.reason?.program.map { "\($0): " } ?? ""
    error = outcome.status == .stopped ? "stopped" : "\(program)\(outcome.reason?.message ?? "")"
  }
}
