internal import JSONText

/// Writes values so that comparing the bytes compares the values, and so that no value's bytes begin another's: several
/// values written one after another sort as a tuple.
///
/// Kinds sort null, booleans, numbers, instants, strings: OData has null first, and leaves mixed kinds open.
enum SortBytes {
  private enum Kind: UInt8 {
    case null = 0x01
    case `false` = 0x02
    case `true` = 0x03
    case number = 0x10
    case instant = 0x20
    case string = 0x30
    case other = 0x40
  }

  static func appendNull(to out: inout [UInt8]) { out.append(Kind.null.rawValue) }

  /// Text in UTF-8 order. A zero byte is followed by 0xFF, so that the end, 0x00 0x01, sorts before any longer text.
  static func appendString(_ text: Span<UInt8>, to out: inout [UInt8]) {
    out.append(Kind.string.rawValue)
    for index in text.indices {
      out.append(text[index])
      if text[index] == 0 { out.append(0xFF) }
    }
    out.append(0x00)
    out.append(0x01)
  }

  static func appendNumber(_ number: DecimalNumber, to out: inout [UInt8]) {
    out.append(Kind.number.rawValue)
    guard !number.digits.isEmpty else { return out.append(0x02) }
    out.append(number.isNegative ? 0x01 : 0x03)
    let start = out.count
    appendInteger(Int64(number.exponent), to: &out)
    for digit in number.digits { out.append(digit + 1) }
    out.append(0x00)
    if number.isNegative { complement(from: start, in: &out) }
  }

  static func appendInstant(_ instant: Instant, to out: inout [UInt8]) {
    out.append(Kind.instant.rawValue)
    appendInteger(instant.seconds, to: &out)
    appendInteger(Int64(instant.attoseconds), to: &out)
  }

  /// A field's value; a text that is an instant sorts as one, so that `…00Z` and `…00.5Z` sort as time passes.
  static func append(_ node: JSONNode?, of parser: borrowing JSONParser, to out: inout [UInt8]) {
    guard let node else { return appendNull(to: &out) }
    switch parser.kind(node) {
    case .null: appendNull(to: &out)
    case .false: out.append(Kind.false.rawValue)
    case .true: out.append(Kind.true.rawValue)
    case .number:
      let number = unsafe parser.withRaw(node) { unsafe DecimalNumber(Span(_unsafeElements: $0)) }
      if let number { appendNumber(number, to: &out) }
    case .string, .escapedString:
      unsafe parser.withText(node) { buffer in
        let text = unsafe Span(_unsafeElements: buffer)
        if let instant = Instant(text) { appendInstant(instant, to: &out) } else { appendString(text, to: &out) }
      }
    case .array, .object: out.append(Kind.other.rawValue)
    }
  }

  /// A key's field: as above, but two texts of one instant stay two keys. False when the value cannot be part of a key.
  static func appendKey(_ node: JSONNode, of parser: borrowing JSONParser, to out: inout [UInt8]) -> Bool {
    switch parser.kind(node) {
    case .null, .array, .object: return false
    case .string, .escapedString:
      unsafe parser.withText(node) { unsafe appendString(Span(_unsafeElements: $0), to: &out) }
    case .number, .true, .false: append(node, of: parser, to: &out)
    }
    return true
  }

  /// Turns the order of everything from `start` on around.
  static func complement(from start: Int, in out: inout [UInt8]) {
    for index in start..<out.count { out[index] = ~out[index] }
  }

  /// Big-endian, with the sign bit turned so that negative numbers come first.
  private static func appendInteger(_ value: Int64, to out: inout [UInt8]) {
    let bits = UInt64(bitPattern: value) ^ (1 << 63)
    for shift in stride(from: 56, through: 0, by: -8) { out.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
  }
}
