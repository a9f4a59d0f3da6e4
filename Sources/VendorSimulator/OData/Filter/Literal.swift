/// A value that a request writes down, of the kind that its writing says.
enum Literal: Equatable, Sendable {
  case null
  case boolean(Bool)
  case number(NumberLiteral)
  case string([UInt8])
  /// A day's first instant in UTC: dates sort as these do, and properties that have a time can be compared with them.
  case date(midnight: Instant)
  case instant(Instant)

  /// What a message calls it.
  var kindName: String {
    switch self {
    case .null: "null"
    case .boolean: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .date: "a date"
    case .instant: "a date with time"
    }
  }

  /// Whether OData lets a property of this type be compared with the literal. A vendor that let everything pass would
  /// hide a client's mistake, such as a timestamp in quotes.
  func fits(_ type: PropertyType) -> Bool {
    switch (self, type) {
    case (.null, _), (_, .unknown), (_, .untyped), (.boolean, .boolean), (.number, .integer), (.number, .decimal),
      (.string, .string), (.date, .date), (.date, .instant), (.instant, .instant):
      return true
    default: return false
    }
  }
}

/// A number that a request writes down, made ready for being compared with many.
struct NumberLiteral: Equatable, Sendable {
  /// The value, when it has no fraction or exponent and fits.
  let integer: Int64?
  /// The exact value in ``SortBytes``' form.
  let sortBytes: [UInt8]

  init?(_ text: [UInt8]) {
    guard let number = DecimalNumber(text.span) else { return nil }
    integer = Int64(String(decoding: text, as: UTF8.self))
    var bytes: [UInt8] = []
    SortBytes.appendNumber(number, to: &bytes)
    sortBytes = bytes
  }

  /// How a number in a record sorts beside this one; nil when the text is no number.
  func order(of text: Span<UInt8>) -> Int? {
    if let integer, let other = Self.shortInteger(text) { return other < integer ? -1 : other == integer ? 0 : 1 }
    guard let number = DecimalNumber(text) else { return nil }
    var bytes: [UInt8] = []
    SortBytes.appendNumber(number, to: &bytes)
    return ByteOrder.compare(bytes, sortBytes)
  }

  /// The value of at most 18 digits, which cannot overflow.
  private static func shortInteger(_ text: Span<UInt8>) -> Int64? {
    let isNegative = text.count > 0 && text[0] == UInt8(ascii: "-")
    let start = isNegative ? 1 : 0
    guard (1...18).contains(text.count - start) else { return nil }
    var value: Int64 = 0
    for index in start..<text.count {
      guard text[index] >= 0x30 && text[index] <= 0x39 else { return nil }
      value = value * 10 + Int64(text[index] - 0x30)
    }
    return isNegative ? -value : value
  }
}
