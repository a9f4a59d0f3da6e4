internal import FoundationEssentials
internal import JSONText

/// Answers are made by hand, member by member, in the order in which they are to be read.
extension JSONValue {
  static func of(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
    .object(members.map { JSONMember(name: $0.key, value: $0.value) })
  }

  static func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
  static func number(_ number: Int?) -> JSONValue { number.map { .number(String($0)) } ?? .null }
  static func time(_ time: Date?) -> JSONValue { .text(time?.stamp) }
  static func texts(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }

  /// A measured number, to the thousandth.
  static func measured(_ number: Double?) -> JSONValue {
    guard let number, number.isFinite, abs(number) < 1e12 else { return .null }
    let count = Int((number * 1000).rounded())
    return .number(count % 1000 == 0 ? String(count / 1000) : String(Double(count) / 1000))
  }

  /// A text that PostgreSQL has put together as JSON.
  static func written(_ text: String) -> JSONValue { (try? JSONValue(parsing: text)) ?? .null }
}
