internal import JSONText

/// The lowest and the highest version among records, as the vendor wrote them.
struct VersionSpan: Sendable {
  private struct End {
    var key: VersionKey?
    var text: [UInt8] = []

    /// Keeps the memory of the text that was there: a sorted feed replaces it with every record.
    mutating func replace(_ key: VersionKey?, _ text: Span<UInt8>) {
      self.key = key
      self.text.removeAll(keepingCapacity: true)
      for index in text.indices { self.text.append(text[index]) }
    }
  }

  private let type: VersionType
  private var low = End()
  private var high = End()
  private var isEmpty = true
  /// No version was lower than one before it.
  var isAscending = true

  init(_ type: VersionType) { self.type = type }

  var lowest: String? { isEmpty ? nil : String(decoding: low.text, as: UTF8.self) }
  var highest: String? { isEmpty ? nil : String(decoding: high.text, as: UTF8.self) }

  /// Takes in one version. A text that is no version of the feed's type changes nothing: the next stage puts that
  /// record aside.
  mutating func include(_ text: Span<UInt8>) {
    guard !text.isEmpty else { return }
    let key = type == .text ? nil : VersionKey(text, type: type)
    guard type == .text || key != nil else { return }
    if isEmpty {
      low.replace(key, text)
      high.replace(key, text)
      isEmpty = false
    } else if isBefore(high, key, text) {
      high.replace(key, text)
    } else if isAfter(high, key, text) {
      isAscending = false
      if isAfter(low, key, text) { low.replace(key, text) }
    }
  }

  /// Takes in what came after.
  mutating func include(_ later: VersionSpan) {
    guard !later.isEmpty else { return }
    include(later.low.text.span)
    include(later.high.text.span)
    isAscending = isAscending && later.isAscending
  }

  /// What a checkpoint keeps.
  struct Summary: Equatable, Sendable {
    var lowest: String?
    var highest: String?
    var isAscending: Bool
  }

  var summary: Summary { Summary(lowest: lowest, highest: highest, isAscending: isAscending) }

  /// Goes on from what another run had.
  mutating func include(_ earlier: Summary) {
    for text in [earlier.lowest, earlier.highest] {
      if let text { include(Array(text.utf8).span) }
    }
    isAscending = isAscending && earlier.isAscending
  }

  private func isBefore(_ end: End, _ key: VersionKey?, _ text: Span<UInt8>) -> Bool {
    if let key, let other = end.key { return other < key }
    return Self.compare(end.text.span, text) < 0
  }

  private func isAfter(_ end: End, _ key: VersionKey?, _ text: Span<UInt8>) -> Bool {
    if let key, let other = end.key { return key < other }
    return Self.compare(end.text.span, text) > 0
  }

  /// Byte by byte, as PostgreSQL does with the collation "C".
  private static func compare(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
      return left[index] < right[index] ? -1 : 1
    }
    return left.count - right.count
  }
}
