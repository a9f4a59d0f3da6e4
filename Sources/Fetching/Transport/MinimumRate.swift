internal import NIOCore

/// The least that a body has to bring: one that comes a byte at a time would hold its run for as long as a page may
/// take, and never be silent for long enough to be given up.
struct MinimumRate {
  /// 1 KiB a second is what a telephone line brought.
  static let bytesPerSecond = 1024

  private let period: TimeAmount
  private var end: NIODeadline
  private var bytes = 0

  /// Each `period` that is over, from `now` on, has to have brought its part.
  init(over period: TimeAmount, from now: NIODeadline) {
    self.period = period
    end = now + period
  }

  /// Counts what came.
  ///
  /// - Returns: False when the period that has just ended brought too little.
  mutating func arrived(_ count: Int, at now: NIODeadline) -> Bool {
    bytes += count
    guard now >= end else { return true }
    // A chunk that came late ends a longer period, which had to bring more.
    let nanoseconds = (now - end + period).nanoseconds
    let least = nanoseconds / 1_000_000 * Int64(Self.bytesPerSecond) / 1000
    defer { (bytes, end) = (0, now + period) }
    return bytes >= least
  }
}
