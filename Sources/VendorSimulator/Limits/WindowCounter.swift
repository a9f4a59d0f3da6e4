/// What fell into one window of time.
struct WindowCounter: Sendable {
  let window: LimitSettings.Window
  private let counting: LimitSettings.Counting
  /// What came, oldest first, for as long as it counts.
  private var events: [(at: Int64, amount: Int)] = []
  private var first = 0
  private var used = 0

  /// Bytes that came within so many microseconds are one event: an hour has 36,000 of them.
  private static let grain: Int64 = 100_000

  init(_ window: LimitSettings.Window, _ counting: LimitSettings.Counting) {
    (self.window, self.counting) = (window, counting)
  }

  private var length: Int64 { Int64(window.seconds) * 1_000_000 }

  /// Microseconds until something may come again; nil when it may come now.
  mutating func wait(at now: Moment) -> Int64? {
    forget(now.microseconds)
    return used < window.quota ? nil : reset(now.microseconds)
  }

  mutating func left(at now: Moment) -> Limiter.Left {
    forget(now.microseconds)
    return Limiter.Left(window: window, remaining: max(0, window.quota - used), reset: reset(now.microseconds))
  }

  mutating func add(_ amount: Int, at now: Moment) {
    forget(now.microseconds)
    used += amount
    if window.countsBytes, let last = events.last, now.microseconds - last.at < Self.grain {
      events[events.count - 1].amount += amount
    } else {
      events.append((now.microseconds, amount))
    }
  }

  private mutating func forget(_ now: Int64) {
    while first < events.count, isOver(events[first].at, now) {
      used -= events[first].amount
      first += 1
    }
    if first > 1024, first * 2 > events.count {
      events.removeFirst(first)
      first = 0
    }
  }

  private func isOver(_ event: Int64, _ now: Int64) -> Bool {
    counting == .sliding ? now - event >= length : event / length != now / length
  }

  /// When the oldest event is over, which in a full window is when there is room.
  private func reset(_ now: Int64) -> Int64 {
    guard counting == .sliding else { return length - now % length }
    return first < events.count ? events[first].at + length - now : length
  }
}
