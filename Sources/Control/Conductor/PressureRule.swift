/// When the programs of a run are asked to do with less memory, and when they may have it again.
///
/// Down fast, up slowly: a step takes effect with the next segments, and a bound that was met once is met again.
struct PressureRule: Sendable, Equatable {
  /// Bytes of all programs together; nil when only the machine sets a bound.
  var most: Int?
  /// How many times what is in hand is halved.
  private(set) var level = 0
  private var changedAt: Duration?

  /// Share of the bound from which on there is to be less: what is under way still grows by a segment or two.
  static let high = 0.85
  /// Share of the bound below which there may be more.
  static let low = 0.6
  static let raiseAfter = Duration.seconds(2)
  static let lowerAfter = Duration.seconds(10)

  init(most: Int?) { self.most = most }

  /// Looks at what is held.
  ///
  /// - Parameters:
  ///   - bytes: Of all programs together.
  ///   - isShort: The machine itself has hardly any left.
  ///   - levelMax: The last step.
  ///   - time: On any clock.
  /// - Returns: Whether ``level`` has changed.
  mutating func see(_ bytes: Int, isShort: Bool, levelMax: Int, at time: Duration) -> Bool {
    let share = most.map { Double(bytes) / Double($0) } ?? 0
    let since = changedAt.map { time - $0 } ?? Self.lowerAfter
    if isShort || share >= Self.high {
      guard level < levelMax, since >= Self.raiseAfter else { return false }
      level += 1
    } else if share < Self.low {
      guard level > 0, since >= Self.lowerAfter else { return false }
      level -= 1
    } else {
      return false
    }
    changedAt = time
    return true
  }
}
