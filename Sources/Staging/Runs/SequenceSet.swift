internal import JSONText

/// Which segments of a run were seen, as ranges: they come nearly in order, so there are few.
struct SequenceSet: Equatable {
  private(set) var ranges: [ClosedRange<Int>] = []

  /// More holes than this are no order at all. A run with more is not known to be whole.
  static let rangesMax = 1000

  var count: Int { ranges.reduce(0) { $0 + $1.count } }

  func contains(_ sequence: Int) -> Bool { ranges.contains { $0.contains(sequence) } }

  /// False when it was there already, or there is no room to remember it.
  mutating func insert(_ sequence: Int) -> Bool {
    let place = ranges.firstIndex { $0.upperBound >= sequence } ?? ranges.count
    if place < ranges.count, ranges[place].contains(sequence) { return false }
    let joinsLeft = place > 0 && ranges[place - 1].upperBound == sequence - 1
    let joinsRight = place < ranges.count && ranges[place].lowerBound == sequence + 1
    if !joinsLeft, !joinsRight, ranges.count >= Self.rangesMax { return false }
    let low = joinsLeft ? ranges[place - 1].lowerBound : sequence
    let high = joinsRight ? ranges[place].upperBound : sequence
    ranges.replaceSubrange((joinsLeft ? place - 1 : place)..<(joinsRight ? place + 1 : place), with: [low...high])
    return true
  }

  var json: JSONValue {
    .array(ranges.map { .array([.number("\($0.lowerBound)"), .number("\($0.upperBound)")]) })
  }

  init() {}

  init(_ value: JSONValue?) {
    guard case .array(let pairs)? = value else { return }
    for case .array(let ends) in pairs {
      guard ends.count == 2, let low = ends[0].integer, let high = ends[1].integer, low <= high else { continue }
      ranges.append(low...high)
    }
  }
}
