internal import CSimdJSON

/// One member of an object, in the order it was written.
public struct JSONMember: Equatable, Sendable {
  public var name: String
  public var value: JSONValue

  public init(name: String, value: JSONValue) {
    self.name = name
    self.value = value
  }
}

/// A JSON value as a tree, for configuration and small answers; never for records, which stay bytes.
public enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  /// As written: `4.0` and `4` are two texts.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])

  /// - Throws: ``JSONError`` when the bytes are not one JSON text.
  public init(parsing bytes: [UInt8]) throws(JSONError) {
    var parser = JSONParser()
    try parser.parse(bytes.span)
    self.init(parser, parser.root)
  }

  /// - Throws: ``JSONError`` when the text is not one JSON text.
  public init(parsing text: String) throws(JSONError) { try self.init(parsing: Array(text.utf8)) }

  /// The value at a node of a parsed text.
  public init(_ parser: borrowing JSONParser, _ node: JSONNode) {
    switch parser.kind(node) {
    case .null: self = .null
    case .false: self = .bool(false)
    case .true: self = .bool(true)
    case .number: self = .number(parser.rawString(node))
    case .string, .escapedString: self = .string(parser.string(node))
    case .array:
      var elements: [JSONValue] = []
      var at = parser.firstChild(node)
      while let element = at {
        elements.append(JSONValue(parser, element))
        at = parser.next(after: element, in: node)
      }
      self = .array(elements)
    case .object:
      var members: [JSONMember] = []
      var at = parser.firstChild(node)
      while let name = at, let value = parser.next(after: name, in: node) {
        members.append(JSONMember(name: parser.string(name), value: JSONValue(parser, value)))
        at = parser.next(after: value, in: node)
      }
      self = .object(members)
    }
  }

  /// A member of an object; of several with one name the last. Nil for anything else.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }

  /// The text of a string, nil for anything else.
  public var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// A number without fraction, nil for anything else.
  public var integer: Int? {
    if case .number(let text) = self { Int(text) } else { nil }
  }

  /// Compact JSON text, members in order.
  public var encoded: String {
    switch self {
    case .null: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .number(let text): return text
    case .string(let text): return JSONText.quoted(text)
    case .array(let elements): return "[" + elements.map(\.encoded).joined(separator: ",") + "]"
    case .object(let members):
      return "{" + members.map { "\(JSONText.quoted($0.name)):\($0.value.encoded)" }.joined(separator: ",") + "}"
    }
  }
}

/// Writing JSON by hand where a whole encoder would be too much.
public enum JSONText {
  /// Whether a text is one number by JSON's grammar (RFC 8259 §6), without anything around it.
  public static func isNumber(_ text: Span<UInt8>) -> Bool {
    unsafe text.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return false }
      return unsafe weir_json_is_number(base, buffer.count) != 0
    }
  }

  /// The text as a JSON string, quotes included, in RFC 8785's form.
  public static func quoted(_ text: String) -> String {
    var out = OutputBytes()
    out.appendQuoted(Array(text.utf8).span)
    return out.string
  }
}
