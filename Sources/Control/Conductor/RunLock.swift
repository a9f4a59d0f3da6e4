internal import Glibc
public import Spool
public import Telemetry

/// The right to run a feed. One run has it at a time, whichever program it belongs to: `weir run` or the service.
///
/// It ends with the value, or with the program.
public final class RunLock: Sendable {
  /// What the lock is called in the feed's folder of state.
  static let purpose = "run"

  private let lock: FeedLock

  /// - Throws: ``FeedIsRunning`` when another run has the feed; `SpoolError`.
  public init(_ feed: String, in spool: Spool) throws {
    guard let lock = try Self.lock(feed, in: spool) else {
      throw FeedIsRunning(feed: feed, holder: try spool.lockNote(feed, purpose: Self.purpose))
    }
    try lock.note("\(Self.program) (process \(getpid())), since \(WallClock.timestamp())")
    self.lock = lock
  }

  /// Tries for a moment: somebody may only be asking who has it, and a program that is just being started by one that had it has
  /// it for as long as it takes to begin.
  private static func lock(_ feed: String, in spool: Spool) throws(SpoolError) -> FeedLock? {
    for _ in 0..<10 {
      if let lock = try spool.lockFeed(feed, purpose: purpose) { return lock }
      usleep(5000)
    }
    return try spool.lockFeed(feed, purpose: purpose)
  }

  /// Who runs a feed now, in words; nil when nobody does.
  ///
  /// The lock is taken for a moment to find out: for answering a question, never beside a run that is about to begin.
  ///
  /// - Throws: `SpoolError`.
  public static func holder(of feed: String, in spool: Spool) throws -> String? {
    if try spool.lockFeed(feed, purpose: purpose) != nil { return nil }
    return try spool.lockNote(feed, purpose: purpose) ?? "another program"
  }

  /// `weir run`, `weir serve`: how a person has called this program.
  private static var program: String {
    CommandLine.arguments.dropFirst().first.map { "weir \($0)" } ?? "weir"
  }
}

/// A feed is asked for that another run has in hand.
public struct FeedIsRunning: OperatorError, Equatable {
  public var feed: String
  /// Program, process and since when; nil when it did not say.
  public var holder: String?

  public init(feed: String, holder: String?) { (self.feed, self.holder) = (feed, holder) }

  public var message: String { "another run of \(feed) is under way: \(holder ?? "a program that did not say which")" }
  public var hint: String? { "wait for it to end, or stop it; one runs at a time" }
  public var exitStatus: ExitStatus { .temporaryFailure }
}
