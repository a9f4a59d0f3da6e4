internal import JSONText

/// What a value of an answer or of a request is like: what the document tells and the tests hold answers against.
///
/// Source of the words: JSON Schema 2020-12, as OpenAPI 3.1 has it.
indirect enum Schema: Sendable {
  case text
  case time
  case pattern(String)
  case words([String])
  case integer(min: Int?, max: Int?)
  case number
  case flag
  /// Or null.
  case optional(Schema)
  case list(Schema)
  /// Every member is always there, unless it is said to be optional in a request.
  case object([Field])
  case oneOf([Schema])
  case constant(String)
  /// Anything that JSON can say.
  case any

  struct Field: Sendable {
    var name: String
    var schema: Schema
    var about: String?
    var isRequired: Bool

    init(_ name: String, _ schema: Schema, _ about: String? = nil, isRequired: Bool = true) {
      (self.name, self.schema, self.about, self.isRequired) = (name, schema, about, isRequired)
    }
  }

  static let count = Schema.integer(min: 0, max: nil)

  var json: JSONValue {
    switch self {
    case .text: return type("string")
    case .time: return .of(["type": .string("string"), "format": .string("date-time")])
    case .pattern(let pattern): return .of(["type": .string("string"), "pattern": .string(pattern)])
    case .words(let words): return .of(["type": .string("string"), "enum": .texts(words)])
    case .constant(let word): return .of(["type": .string("string"), "const": .string(word)])
    case .integer(let min, let max):
      var members = [JSONMember(name: "type", value: .string("integer"))]
      if let min { members.append(JSONMember(name: "minimum", value: .number(min))) }
      if let max { members.append(JSONMember(name: "maximum", value: .number(max))) }
      return .object(members)
    case .number: return type("number")
    case .flag: return type("boolean")
    case .optional(let schema): return .of(["anyOf": .array([schema.json, type("null")])])
    case .list(let schema): return .of(["type": .string("array"), "items": schema.json])
    case .oneOf(let schemas): return .of(["oneOf": .array(schemas.map(\.json))])
    case .any: return .object([])
    case .object(let fields): return object(fields)
    }
  }

  private func type(_ name: String) -> JSONValue { .of(["type": .string(name)]) }

  private func object(_ fields: [Field]) -> JSONValue {
    let properties = fields.map { field in
      var schema = field.schema.json
      if let about = field.about, case .object(let members) = schema {
        schema = .object([JSONMember(name: "description", value: .string(about))] + members)
      }
      return JSONMember(name: field.name, value: schema)
    }
    return .of([
      "type": .string("object"), "properties": .object(properties),
      "required": .texts(fields.filter(\.isRequired).map(\.name)), "additionalProperties": .bool(false),
    ])
  }
}
