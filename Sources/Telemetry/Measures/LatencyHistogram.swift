/// How long things took, in a fixed number of counters, however many things there were.
///
/// Sixteen counters to each doubling, as HdrHistogram has them: a quantile is never too low, and at most a sixteenth too
/// high. Times of less than a microsecond count as none, times of more than nine days as nine days.
public struct LatencyHistogram: Sendable, Equatable {
  private var counters: [Int] = []
  public private(set) var count = 0
  public private(set) var total = Duration.zero
  public private(set) var longest = Duration.zero

  private static let steps = 16
  /// 2 to the power of 4, the number of ``steps``.
  private static let stepBits = 4
  /// Of the longest time that is told apart, 2^40 microseconds: 12.7 days.
  private static let bitsMax = 40
  private static let counterCount = steps * (bitsMax - stepBits + 1)

  public init() {}

  public mutating func add(_ time: Duration) {
    // Made with the first time: a program that measures nothing keeps nothing.
    if counters.isEmpty { counters = Array(repeating: 0, count: Self.counterCount) }
    counters[Self.index(of: Self.microseconds(time))] += 1
    count += 1
    total += time
    longest = max(longest, time)
  }

  /// Nil when nothing was measured.
  public var mean: Duration? { count > 0 ? total / count : nil }

  /// The time that this share of all things, 0…1, did not take longer than; nil when nothing was measured.
  public func quantile(_ share: Double) -> Duration? {
    guard count > 0 else { return nil }
    let wanted = max(1, Int((share * Double(count)).rounded(.up)))
    var seen = 0
    for (index, counter) in counters.enumerated() where counter > 0 {
      seen += counter
      if seen >= wanted { return min(longest, .microseconds(Self.upperEdge(of: index))) }
    }
    return longest
  }

  private static func microseconds(_ time: Duration) -> Int {
    let (seconds, attoseconds) = time.components
    guard seconds >= 0, seconds < 1 << 30 else { return seconds < 0 ? 0 : 1 << bitsMax - 1 }
    return min(Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000), 1 << bitsMax - 1)
  }

  /// Below ``steps`` each microsecond has a counter of its own.
  private static func index(of microseconds: Int) -> Int {
    guard microseconds >= steps else { return max(0, microseconds) }
    let doublings = Int.bitWidth - 1 - microseconds.leadingZeroBitCount - stepBits
    return steps * (doublings + 1) + (microseconds >> doublings) - steps
  }

  private static func upperEdge(of index: Int) -> Int {
    guard index >= steps else { return index }
    let doublings = index / steps - 1
    return ((index % steps + steps + 1) << doublings) - 1
  }
}
