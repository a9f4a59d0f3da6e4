/// The most requests that ever fell into a window of some length, wherever it begins.
struct SlidingCount: Sendable {
  let microseconds: Int64
  private(set) var highest = 0
  private var times: [Moment] = []
  private var first = 0

  /// Most requests remembered, 16 MiB of them: a window that holds more is counted as holding so many.
  static let timesMax = 2 << 20

  init(microseconds: Int64) { self.microseconds = microseconds }

  mutating func add(_ now: Moment) {
    while first < times.count, now.microseconds - times[first].microseconds >= microseconds { first += 1 }
    if times.count - first >= Self.timesMax { first += 1 }
    if first > 4096, first * 2 > times.count {
      times.removeFirst(first)
      first = 0
    }
    times.append(now)
    highest = max(highest, times.count - first)
  }
}
