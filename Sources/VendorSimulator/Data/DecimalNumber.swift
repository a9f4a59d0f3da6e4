/// A JSON number as its exact decimal value: sign × 0.d₁d₂d₃… × 10^exponent, no zero at either end.
///
/// Ids beyond 2^53 and prices are compared as what they are, never through a double.
struct DecimalNumber: Equatable, Sendable {
  private(set) var isNegative = false
  /// 0–9 each; empty means zero.
  private(set) var digits: [UInt8] = []
  private(set) var exponent = 0

  /// - Parameter text: By JSON's grammar, or OData's, which allows a plus sign. Nil when it is no number.
  init?(_ text: Span<UInt8>) {
    var at = 0
    if at < text.count, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: "+") {
      isNegative = text[at] == UInt8(ascii: "-")
      at += 1
    }
    var sawDigit = false
    var pointAt: Int?
    while at < text.count {
      let byte = text[at]
      if byte >= 0x30 && byte <= 0x39 {
        sawDigit = true
        digits.append(byte - 0x30)
      } else if byte == UInt8(ascii: "."), pointAt == nil {
        pointAt = digits.count
      } else {
        break
      }
      at += 1
    }
    guard sawDigit else { return nil }
    exponent = pointAt ?? digits.count
    if at < text.count {
      guard text[at] | 0x20 == UInt8(ascii: "e"), let power = Self.power(text, from: at + 1) else { return nil }
      exponent += power
    }
    normalise()
  }

  /// Saturates far beyond any number that a record holds, so that a hostile exponent costs nothing.
  private static func power(_ text: Span<UInt8>, from start: Int) -> Int? {
    var at = start
    var isNegative = false
    if at < text.count, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: "+") {
      isNegative = text[at] == UInt8(ascii: "-")
      at += 1
    }
    guard at < text.count else { return nil }
    var power = 0
    while at < text.count {
      guard text[at] >= 0x30 && text[at] <= 0x39 else { return nil }
      power = min(power * 10 + Int(text[at] - 0x30), 1_000_000_000)
      at += 1
    }
    return isNegative ? -power : power
  }

  private mutating func normalise() {
    let leading = digits.prefix { $0 == 0 }.count
    digits.removeFirst(leading)
    exponent -= leading
    while digits.last == 0 { digits.removeLast() }
    if digits.isEmpty { (isNegative, exponent) = (false, 0) }
  }
}
