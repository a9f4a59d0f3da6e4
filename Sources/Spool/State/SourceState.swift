/// What the programs that ask one source know of it together.
public struct SourceState: Equatable, Sendable {
  /// Requests that were ever let out.
  public var requests = 0
  /// The vendor wants to be left alone until then, in milliseconds since 1970.
  public var heldUntil = 0
  /// Failures in a row.
  public var failures = 0
  /// The breaker is open until then, in milliseconds since 1970; 0 when it is closed. After that time it is half open.
  public var openUntil = 0
  /// Trial calls that were let out and that succeeded, since the breaker is half open.
  public var trials = 0
  public var trialSuccesses = 0
  /// How often the breaker opened.
  public var openings = 0

  public init() {}

  /// The state of a source's circuit breaker.
  public enum Breaker: String, Sendable {
    case closed
    case open
    case halfOpen = "half_open"
  }

  public func breaker(at now: Int) -> Breaker { openUntil == 0 ? .closed : now < openUntil ? .open : .halfOpen }

  /// Of the numbers in the file, in their order.
  static let fieldCount = 7

  init(fields: [Int]) {
    requests = fields[0]
    heldUntil = fields[1]
    failures = fields[2]
    openUntil = fields[3]
    trials = fields[4]
    trialSuccesses = fields[5]
    openings = fields[6]
  }

  var fields: [Int] { [requests, heldUntil, failures, openUntil, trials, trialSuccesses, openings] }
}
