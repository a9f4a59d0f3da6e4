/// Where a walk through pages stands; what `$skiptoken` carries. Clients must take it as it is.
///
/// It remembers the last record's position by value, so the walk goes on behind it whatever comes or goes in between.
/// As long as the data is the same, it also remembers the index, which costs nothing to go on from.
struct SkipToken: Equatable, Sendable {
  /// The version of the set in which ``index`` counts.
  var generation: Int
  /// Records before the next page in the query's whole result, those of `$skip` included.
  var index: Int
  /// Records that earlier pages brought; what `$top` counts.
  var sent: Int
  /// The page size of the walk, for clients that state it once.
  var pageSize: Int
  /// ``RecordReader/position(of:in:)`` of the last record that was sent.
  var position: [UInt8]

  init(generation: Int, index: Int, sent: Int, pageSize: Int, position: [UInt8]) {
    (self.generation, self.index, self.sent, self.pageSize) = (generation, index, sent, pageSize)
    self.position = position
  }

  init?(text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 5, let position = Self.bytes(hexadecimal: parts[4]) else { return nil }
    let numbers = parts[..<4].compactMap { Int($0, radix: 36) }
    guard numbers.count == 4, numbers.allSatisfy({ $0 >= 0 && $0 < 1 << 40 }) else { return nil }
    self.init(
      generation: numbers[0],
      index: numbers[1],
      sent: numbers[2],
      pageSize: max(1, numbers[3]),
      position: position
    )
  }

  var text: String {
    let numbers = [generation, index, sent, pageSize].map { String($0, radix: 36) }
    var digits: [UInt8] = []
    digits.reserveCapacity(position.count * 2)
    for byte in position {
      digits.append(Self.digit(byte >> 4))
      digits.append(Self.digit(byte & 15))
    }
    return (numbers + [String(decoding: digits, as: UTF8.self)]).joined(separator: ".")
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

  private static func bytes(hexadecimal text: Substring) -> [UInt8]? {
    let digits = text.utf8.compactMap { digit -> UInt8? in
      switch digit {
      case 0x30...0x39: digit - 0x30
      case 0x61...0x66: digit - 0x57
      default: nil
      }
    }
    guard digits.count == text.utf8.count, digits.count % 2 == 0 else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
