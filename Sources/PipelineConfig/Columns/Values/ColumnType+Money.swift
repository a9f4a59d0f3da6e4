internal import JSONText

extension ColumnType {
  /// A sum as people write it; a JSON number is taken as it is.
  func appendMoney(
    _ value: JSONNode,
    as format: ColumnFormat,
    of parser: borrowing JSONParser,
    to out: inout OutputBytes
  )
    throws(Misfit)
  {
    if parser.kind(value) == .number { return try append(value, as: nil, of: parser, to: &out) }
    // Longer is no sum; and it bounds what is looked at below.
    guard parser.kind(value).isString, parser.rawRange(value).count <= MoneyText.countMax,
      let decimal = MoneyText.decimal(parser.string(value), hasCommaFraction: format == .moneyComma)
    else { throw Misfit(value, of: parser, isNo: "\(rawValue) in the writing \(format.rawValue)") }
    switch self {
    case .integer, .bigint:
      let bounds = self == .integer ? ClosedRange.int32 : .int64
      guard let number = Self.wholeNumber(Array(decimal.utf8).span), bounds.contains(number) else {
        throw Misfit(value, of: parser, isNo: rawValue)
      }
      out.append(String(number))
    default: out.append(decimal)
    }
  }
}

/// Sums of money as text.
enum MoneyText {
  static let countMax = 200

  /// A decimal number by JSON's grammar; nil when the text is no sum in this writing.
  ///
  /// Groups have three digits, or there are none: `1,23` is no sum of one thousand and something, and is not guessed at.
  static func decimal(_ text: String, hasCommaFraction: Bool) -> String? {
    var rest = Substring(text.trimming(while: isSpace))
    var isNegative = false
    if rest.first == "(", rest.last == ")" {
      isNegative = true
      rest = rest.dropFirst().dropLast()
    }
    // A sign and a currency may stand in either order before the digits, a currency or a sign also behind them.
    var hadCurrency = false
    for _ in 0..<2 {
      takeSign(&rest, &isNegative)
      if !hadCurrency { hadCurrency = takeCurrency(&rest) }
    }
    let (point, comma): (Character, [Character]) =
      hasCommaFraction ? (",", [".", " ", "\u{A0}", "\u{202F}", "'"]) : (".", [","])
    let parts = rest.split(separator: point, omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = grouped(parts[0], by: comma) else { return nil }
    let fraction = parts.count == 2 ? String(parts[1]) : nil
    if let fraction, fraction.isEmpty || !fraction.utf8.allSatisfy(isDigit) { return nil }
    let digits = whole.drop { $0 == "0" }
    let magnitude = (digits.isEmpty ? "0" : String(digits)) + (fraction.map { ".\($0)" } ?? "")
    return (isNegative ? "-" : "") + magnitude
  }

  /// Whole digits without their separators, which are all the same and three digits apart.
  private static func grouped(_ text: Substring, by separators: [Character]) -> String? {
    guard let used = text.first(where: { separators.contains($0) }) else {
      return !text.isEmpty && text.utf8.allSatisfy(isDigit) ? String(text) : nil
    }
    let groups = text.split(separator: used, omittingEmptySubsequences: false)
    guard groups.allSatisfy({ $0.utf8.allSatisfy(isDigit) }), (1...3).contains(groups[0].utf8.count),
      groups.dropFirst().allSatisfy({ $0.utf8.count == 3 })
    else { return nil }
    return groups.joined()
  }

  private static func takeSign(_ rest: inout Substring, _ isNegative: inout Bool) {
    guard !isNegative, let first = rest.first, first == "-" || first == "−" || first == "+" else { return }
    isNegative = first != "+"
    rest = Substring(rest.dropFirst().trimming(while: isSpace))
  }

  /// A sign of currency, or a code of three capital letters (ISO 4217), before or behind the digits.
  private static func takeCurrency(_ rest: inout Substring) -> Bool {
    if let first = rest.unicodeScalars.first, isCurrency(first) {
      rest = Substring(String(rest.unicodeScalars.dropFirst()).trimming(while: isSpace))
    } else if let last = rest.unicodeScalars.last, isCurrency(last) {
      rest = Substring(String(rest.unicodeScalars.dropLast()).trimming(while: isSpace))
    } else if isCode(rest.prefix(3)) {
      rest = Substring(rest.dropFirst(3).trimming(while: isSpace))
    } else if isCode(rest.suffix(3)) {
      rest = Substring(rest.dropLast(3).trimming(while: isSpace))
    } else {
      return false
    }
    return true
  }

  private static func isCurrency(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .currencySymbol
  }
  private static func isCode(_ text: Substring) -> Bool {
    text.utf8.count == 3 && text.utf8.allSatisfy { (0x41...0x5A).contains($0) }
  }
  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isSpace(_ character: Character) -> Bool {
    character == " " || character == "\u{A0}" || character == "\u{202F}"
  }
}

extension StringProtocol {
  /// Without what stands at both ends and satisfies the condition.
  func trimming(while isOut: (Character) -> Bool) -> String {
    let rest = drop(while: isOut)
    return String(rest.reversed().drop(while: isOut).reversed())
  }
}
