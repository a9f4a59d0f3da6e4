/// A word of a `$filter`.
enum FilterToken: Equatable, Sendable {
  case open
  case close
  case comma
  /// A property, an operator or a function: what it is follows from where it stands.
  case word(String)
  case literal(Literal)
}

/// Cuts a `$filter` into words.
enum FilterLexer {
  /// - Throws: ``Refusal``, status 400, naming the place.
  static func tokens(of text: String) throws(Refusal) -> [FilterToken] {
    let bytes = Array(text.utf8)
    var tokens: [FilterToken] = []
    var at = 0
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"): at += 1
      case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","):
        tokens.append(bytes[at] == UInt8(ascii: "(") ? .open : bytes[at] == UInt8(ascii: ")") ? .close : .comma)
        at += 1
      case UInt8(ascii: "'"): tokens.append(.literal(.string(try string(bytes, &at))))
      case let byte where isNumberStart(byte): tokens.append(.literal(try number(bytes, &at)))
      case let byte where isWordStart(byte): tokens.append(word(bytes, &at))
      default: throw refusal("unexpected character", at)
      }
    }
    return tokens
  }

  /// Text between apostrophes; two of them inside stand for one.
  private static func string(_ bytes: [UInt8], _ at: inout Int) throws(Refusal) -> [UInt8] {
    let start = at
    var text: [UInt8] = []
    at += 1
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "'") {
        guard at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "'") else {
          at += 1
          return text
        }
        at += 1
      }
      text.append(bytes[at])
      at += 1
    }
    throw refusal("a string is not closed", start)
  }

  /// Whatever begins like a number: a number, a date, or a date and time, never in quotes.
  private static func number(_ bytes: [UInt8], _ at: inout Int) throws(Refusal) -> Literal {
    let start = at
    while at < bytes.count, isNumberPart(bytes[at]) { at += 1 }
    let text = Array(bytes[start..<at])
    if let midnight = Instant(date: text.span) { return .date(midnight: midnight) }
    if let instant = Instant(text.span) { return .instant(instant) }
    if let number = NumberLiteral(text) { return .number(number) }
    throw refusal("not a number, a date or a date with time and zone: \(String(decoding: text, as: UTF8.self))", start)
  }

  private static func word(_ bytes: [UInt8], _ at: inout Int) -> FilterToken {
    let start = at
    while at < bytes.count, isWordStart(bytes[at]) || isDigit(bytes[at]) || bytes[at] == UInt8(ascii: "/") { at += 1 }
    switch String(decoding: bytes[start..<at], as: UTF8.self) {
    case "null": return .literal(.null)
    case "true": return .literal(.boolean(true))
    case "false": return .literal(.boolean(false))
    case let word: return .word(word)
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isNumberStart(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
  }

  private static func isNumberPart(_ byte: UInt8) -> Bool {
    isNumberStart(byte) || isWordStart(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
  }

  private static func isWordStart(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  private static func refusal(_ what: String, _ at: Int) -> Refusal {
    .badRequest("$filter: \(what) at position \(at + 1)")
  }
}
