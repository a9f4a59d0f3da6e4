/// Whole-number keys in the order in which they come, as the spans without a gap that they make up while they ascend.
///
/// A full run by the key brings nearly all numbers between a segment's first key and its last. A span says of all of them at once what
/// a row for each would say: exactly these keys, no other.
struct KeySpans: Equatable {
  /// Apart from each other and ascending; empty when there were too many, or a key did not follow the one before.
  private(set) var spans: [ClosedRange<Int64>] = []
  /// Keys taken in.
  private(set) var count = 0
  /// Each key was greater than all before it.
  private(set) var isAscending = true
  private var last = Int64.min

  /// So many are kept, 256 KiB.
  static let spansMax = 16_384

  /// Spans are worth it where each stands for so many keys, taken together.
  static let keysPerSpan = 64

  mutating func take(_ key: Int64) {
    defer { (last, count) = (key, count + 1) }
    guard isAscending else { return }
    guard count == 0 || key > last else {
      isAscending = false
      spans = []
      return
    }
    if count > 0, key - 1 == last, !spans.isEmpty {
      spans[spans.count - 1] = spans[spans.count - 1].lowerBound...key
    } else if spans.count < Self.spansMax, !spans.isEmpty || count == 0 {
      spans.append(key...key)
    } else {
      spans = []
    }
  }

  /// Whether they hold all keys, and shortly.
  var areWorthIt: Bool { !spans.isEmpty && spans.count <= count / Self.keysPerSpan }
}
