/// How often and how long a unit of work is tried again: waits that double, jittered so that workers do not come back in
/// one moment, until the time is over.
struct Patience {
  private var wait: Duration
  private let end: ContinuousClock.Instant
  /// How often it was tried.
  private(set) var attempts = 1

  /// Longest wait between two tries.
  static let waitMax = Duration.seconds(8)
  /// A trouble that comes back at once, such as a deadlock, does not pass by itself if it has come so often.
  static let attemptsMax = 30

  init(first wait: Duration, within time: Duration) {
    self.wait = min(wait, Self.waitMax)
    end = ContinuousClock.now + time
  }

  /// How long to wait before the next try; nil when there is none.
  mutating func next() -> Duration? {
    let chosen = wait * Double.random(in: 0.5...1)
    guard attempts < Self.attemptsMax, ContinuousClock.now + chosen <= end else { return nil }
    attempts += 1
    wait = min(wait * 2, Self.waitMax)
    return chosen
  }
}
