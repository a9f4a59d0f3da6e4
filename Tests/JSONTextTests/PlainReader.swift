import JSONText

/// JSON read byte by byte as RFC 8259 has it, written to be obviously right: the twin of the parser that stands on simdjson.
struct PlainReader {
  private let bytes: [UInt8]
  private var at = 0

  private struct Refused: Error {}

  /// Nil when the bytes are not one JSON text in UTF-8 whose strings have UTF-8 of their own.
  static func read(_ bytes: [UInt8]) -> JSONValue? {
    guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
    var reader = PlainReader(bytes: bytes)
    do {
      reader.skipSpace()
      let value = try reader.value()
      reader.skipSpace()
      return reader.at == bytes.count ? value : nil
    } catch { return nil }
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { at += 1 }
  }

  private mutating func take(_ letter: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: letter) else { return false }
    at += 1
    return true
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws -> JSONValue {
    guard bytes[at...].starts(with: text.utf8) else { throw Refused() }
    at += text.utf8.count
    return value
  }

  private mutating func value() throws -> JSONValue {
    switch next {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func object() throws -> JSONValue {
    at += 1
    var members: [JSONMember] = []
    skipSpace()
    if take("}") { return .object([]) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw Refused() }
      let name = try string()
      skipSpace()
      guard take(":") else { throw Refused() }
      skipSpace()
      members.append(JSONMember(name: name, value: try value()))
      skipSpace()
    } while take(",")
    guard take("}") else { throw Refused() }
    return .object(members)
  }

  private mutating func array() throws -> JSONValue {
    at += 1
    var elements: [JSONValue] = []
    skipSpace()
    if take("]") { return .array([]) }
    repeat {
      skipSpace()
      elements.append(try value())
      skipSpace()
    } while take(",")
    guard take("]") else { throw Refused() }
    return .array(elements)
  }

  private mutating func number() throws -> JSONValue {
    let start = at
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    return .number(String(decoding: bytes[start..<at], as: UTF8.self))
  }

  private mutating func digits() throws {
    let start = at
    while let byte = next, (0x30...0x39).contains(byte) { at += 1 }
    if at == start { throw Refused() }
  }

  private mutating func string() throws -> String {
    at += 1
    var text: [UInt8] = []
    while true {
      guard let byte = next, byte >= 0x20 else { throw Refused() }
      at += 1
      if byte == UInt8(ascii: "\"") { break }
      text += byte == UInt8(ascii: "\\") ? try escape() : [byte]
    }
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func escape() throws -> [UInt8] {
    guard let byte = next else { throw Refused() }
    at += 1
    switch Unicode.Scalar(byte) {
    case "\"", "\\", "/": return [byte]
    case "b": return [0x08]
    case "f": return [0x0C]
    case "n": return [0x0A]
    case "r": return [0x0D]
    case "t": return [0x09]
    case "u":
      var units = [try unit()]
      if (0xD800...0xDBFF).contains(units[0]) {
        guard take("\\"), take("u") else { throw Refused() }
        units.append(try unit())
      }
      guard let text = String(validating: units, as: UTF16.self) else { throw Refused() }
      return Array(text.utf8)
    default: throw Refused()
    }
  }

  private mutating func unit() throws -> UInt16 {
    guard at + 4 <= bytes.count, bytes[at..<(at + 4)].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
      throw Refused()
    }
    defer { at += 4 }
    return UInt16(String(decoding: bytes[at..<(at + 4)], as: UTF8.self), radix: 16) ?? 0
  }
}
