internal import JSONText

extension ColumnType {
  /// Whole numbers, also written as strings or with a fraction of zeros: vendors disagree about quoting ids.
  static func appendInteger(
    _ value: JSONNode,
    of parser: borrowing JSONParser,
    within bounds: ClosedRange<Int>,
    _ name: String,
    to out: inout OutputBytes
  ) throws(Misfit) {
    guard isNumberOrString(value, parser),
      let number = unsafe parser.withText(value, { unsafe wholeNumber(Span(_unsafeElements: $0)) })
    else { throw notWhole(value, of: parser, within: bounds, name) }
    guard bounds.contains(number) else { throw outside(value, of: parser, bounds, isBelow: number < 0, name) }
    // Written by JSON's rules and without a point, it is its own shortest form; only a zero may have a sign.
    if number != 0, parser.kind(value) == .number, !hasPoint(value, parser) { return out.appendRaw(value, of: parser) }
    out.append(String(number))
  }

  private static func hasPoint(_ number: JSONNode, _ parser: borrowing JSONParser) -> Bool {
    unsafe parser.withRaw(number) { unsafe $0.contains(UInt8(ascii: ".")) }
  }

  /// What does not fit 64 bits may still be a whole number, and then has a nearest one that fits.
  private static func notWhole(
    _ value: JSONNode,
    of parser: borrowing JSONParser,
    within bounds: ClosedRange<Int>,
    _ name: String
  ) -> Misfit {
    let text = parser.rawRange(value).count <= numericCountMax ? parser.string(value) : ""
    let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
    guard isNumberOrString(value, parser), !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return Misfit(value, of: parser, isNo: name)
    }
    return outside(value, of: parser, bounds, isBelow: digits.count < text.utf8.count, name)
  }

  private static func outside(
    _ value: JSONNode,
    of parser: borrowing JSONParser,
    _ bounds: ClosedRange<Int>,
    isBelow: Bool,
    _ name: String
  ) -> Misfit {
    let nearest = String(isBelow ? bounds.lowerBound : bounds.upperBound)
    return Misfit("\(Misfit.shown(value, of: parser)) is outside the range of \(name)", nearest: nearest)
  }

  /// A whole number of 64 bits, with or without a sign. `1125.0` is one; `1125.5` is not, and nothing with an exponent.
  static func wholeNumber(_ text: Span<UInt8>) -> Int? {
    var index = 0
    let isNegative = text.count > 0 && text[0] == UInt8(ascii: "-")
    if isNegative || (text.count > 0 && text[0] == UInt8(ascii: "+")) { index = 1 }
    let first = index
    var number = 0
    while index < text.count, let digit = digit(text[index]) {
      // Counted downwards, because there is one negative number more than there are positive ones.
      let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
      let (sum, isTooLargeNow) = tens.subtractingReportingOverflow(digit)
      if isTooLarge || isTooLargeNow { return nil }
      number = sum
      index += 1
    }
    guard index > first else { return nil }
    if index < text.count {
      guard text[index] == UInt8(ascii: "."), index + 1 < text.count else { return nil }
      for place in (index + 1)..<text.count where text[place] != 0x30 { return nil }
    }
    if isNegative { return number }
    return number == .min ? nil : -number
  }

  private static func digit(_ byte: UInt8) -> Int? { byte >= 0x30 && byte <= 0x39 ? Int(byte - 0x30) : nil }

  /// Decimal numbers with all their digits, also written as strings.
  static func appendNumeric(_ value: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes)
    throws(Misfit)
  {
    guard decimalExponent(value, parser) != nil else { throw Misfit(value, of: parser, isNo: "numeric") }
    guard unsafe parser.withText(value, { isNumeric(unsafe Span(_unsafeElements: $0)) }) else {
      throw Misfit(value, of: parser, isNo: "numeric that PostgreSQL can hold")
    }
    out.appendText(value, of: parser)
  }

  /// Whether PostgreSQL's numeric takes a text that is a number.
  static func isNumeric(_ number: Span<UInt8>) -> Bool {
    number.count <= numericCountMax && exponent(number).magnitude <= numericExponentMax
  }

  /// PostgreSQL's numeric has up to 131,072 digits before the point and 16,383 after it; no price comes near a tenth.
  private static let numericExponentMax = 1000
  private static let numericCountMax = 1000

  /// Binary floating point; what is too large for it is refused rather than made infinite.
  static func appendDouble(_ value: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes) throws(Misfit)
  {
    guard let exponent = decimalExponent(value, parser) else { throw Misfit(value, of: parser, isNo: "double") }
    // Without an exponent only hundreds of digits leave the range, so nearly all numbers need not be read.
    let count = unsafe parser.withText(value) { $0.count }
    if exponent != 0 || count > plainDoubleCountMax {
      let text = parser.string(value)
      let mantissa = text.prefix { $0 != "e" && $0 != "E" }
      guard let number = Double(text), number.isFinite,
        number != 0 || !mantissa.contains(where: { "123456789".contains($0) })
      else { throw Misfit(value, of: parser, isNo: "double") }
    }
    out.appendText(value, of: parser)
  }

  /// A double reaches from 10^-308 to 10^308.
  private static let plainDoubleCountMax = 300

  private static func isNumberOrString(_ value: JSONNode, _ parser: borrowing JSONParser) -> Bool {
    parser.kind(value) == .number || parser.kind(value).isString
  }

  /// The exponent of a number, also one that is written as a string by JSON's own grammar; nil for anything else. One that
  /// is larger than any number's counts as `Int.max`.
  private static func decimalExponent(_ value: JSONNode, _ parser: borrowing JSONParser) -> Int? {
    guard isNumberOrString(value, parser) else { return nil }
    let isNumber = parser.kind(value) == .number
    return unsafe parser.withText(value) { buffer in
      let text = unsafe Span(_unsafeElements: buffer)
      guard isNumber || JSONText.isNumber(text) else { return nil }
      return exponent(text)
    }
  }

  private static func exponent(_ number: Span<UInt8>) -> Int {
    for index in number.indices where number[index] | 0x20 == UInt8(ascii: "e") {
      return wholeNumber(number.extracting((index + 1)...)) ?? .max
    }
    return 0
  }
}
