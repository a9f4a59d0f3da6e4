internal import JSONText

/// One JSON object on one line, members in the order they are added.
///
/// Members only grow. One that does not apply is absent, so that a reader need not tell null from nothing.
struct JSONLine {
  private var members: [JSONMember] = []

  mutating func add(_ name: String, _ text: String?) { add(name, text.map(JSONValue.string)) }
  mutating func add(_ name: String, _ number: Int?) { add(name, number.map { .number(String($0)) }) }
  mutating func add(_ name: String, _ flag: Bool?) { add(name, flag.map(JSONValue.bool)) }

  /// A measured number, to the thousandth.
  mutating func add(_ name: String, measured number: Double?) {
    add(name, number.map { .number(Self.thousandths($0)) })
  }

  mutating func add(_ name: String, _ object: JSONLine) { add(name, object.isEmpty ? nil : object.value) }
  mutating func add(_ name: String, _ texts: [String]) { add(name, .array(texts.map(JSONValue.string))) }

  mutating func add(_ name: String, _ value: JSONValue?) {
    if let value { members.append(JSONMember(name: name, value: value)) }
  }

  var isEmpty: Bool { members.isEmpty }
  var value: JSONValue { .object(members) }
  var text: String { value.encoded }

  private static func thousandths(_ number: Double) -> String {
    let count = Int((number * 1000).rounded())
    let rest = String(count % 1000 + 1000).dropFirst()
    return "\(count / 1000).\(rest)"
  }
}
