import Foundation
import JSONText
import SystemPackage
import TestSupport
import Testing

/// `pipeline.schema.json`, walked from its root: every object and every setting it tells of, with a place for it in a
/// configuration.
struct SchemaWalk {
  /// An object of the file whose members the schema lists.
  struct Object: Sendable, CustomTestStringConvertible {
    var path: String
    /// Members that the reader has to see before it knows which object this is: `"kind": "odata"`.
    var given: [JSONMember] = []
    var members: Set<String>
    var required: Set<String>
    var testDescription: String { path + given.map { " \($0.value.encoded)" }.joined() }
  }

  /// One setting, with everything that the schema says of its value.
  struct Setting: Sendable, CustomTestStringConvertible {
    var path: String
    var schema: JSONValue
    /// Members beside it that the reader has to see before it knows which object this is in.
    var given: [JSONMember] = []
    var testDescription: String { path + given.map { " \($0.value.encoded)" }.joined() }

    /// What a keyword says, in the schema itself or in one of its alternatives.
    func keyword(_ name: String) -> JSONValue? { ([schema] + schema.alternatives).lazy.compactMap { $0[name] }.first }
    var words: [String]? {
      keyword("enum").map { $0.elements.compactMap(\.text) } ?? keyword("const")?.text.map { [$0] }
    }
    /// `100ms to 1h`, as the description has it.
    var range: (lowest: String, highest: String)? {
      guard let match = schema["description"]?.text?.firstMatch(of: /([0-9]+[A-Za-z]+) to ([0-9]+[A-Za-z]+)/) else {
        return nil
      }
      return (String(match.1), String(match.2))
    }
  }

  private(set) var objects: [Object] = []
  private(set) var settings: [Setting] = []
  private let definitions: JSONValue

  /// The names that stand in ``base`` where the names are the user's own.
  private static let names = ["sources": "shop", "feeds": "cars", "columns": "note", "webhooks": "ops"]

  static let whole: Result<SchemaWalk, any Error> = Result {
    let file = Programs.packageRoot.appending("Sources/PipelineConfig/pipeline.schema.json")
    return SchemaWalk(try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: file.string)))))
  }
  static let objects = (try? whole.get().objects) ?? []
  static let settings = (try? whole.get().settings) ?? []

  private init(_ root: JSONValue) {
    definitions = root["$defs"] ?? .null
    visit(root, at: "")
  }

  private mutating func visit(_ written: JSONValue, at path: String, beside given: [JSONMember] = []) {
    let schema = resolved(written)
    for alternative in [schema] + schema.alternatives.map(resolved) {
      if let properties = alternative["properties"] {
        let given = properties.members.filter { Setting(path: "", schema: $0.value).keyword("const") != nil }
          .map { JSONMember(name: $0.name, value: Setting(path: "", schema: $0.value).keyword("const") ?? .null) }
        // The feed of the base that a REST vendor gives is another one.
        let isREST = given.contains { $0.name == "kind" && $0.value.text != "odata" }
        let path = isREST ? path.replacing("feeds.cars", with: "feeds.parts") : path
        let required = Set(alternative["required"]?.elements.compactMap(\.text) ?? [])
        let names = Set(properties.members.map(\.name))
        objects.append(Object(path: path, given: given, members: names, required: required))
        for member in properties.members {
          visit(member.value, at: path.isEmpty ? member.name : "\(path).\(member.name)", beside: given)
        }
      } else if case .object = alternative["additionalProperties"], let last = path.split(separator: ".").last,
        let name = Self.names[String(last)], let inner = alternative["additionalProperties"]
      {
        visit(inner, at: "\(path).\(name)")
      }
    }
    settings.append(Setting(path: path, schema: schema, given: given))
  }

  /// The definition that `$ref` leads to, under what stands beside the `$ref`; in alternatives likewise.
  private func resolved(_ schema: JSONValue) -> JSONValue {
    guard let name = schema["$ref"]?.text?.split(separator: "/").last, let definition = definitions[String(name)] else {
      return schema
    }
    let inner = resolved(definition)
    return .object(inner.members.filter { schema[$0.name] == nil } + schema.members)
  }
}

extension JSONValue {
  var members: [JSONMember] { if case .object(let members) = self { members } else { [] } }
  var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
  var alternatives: [JSONValue] { self["anyOf"]?.elements ?? [] }
}
