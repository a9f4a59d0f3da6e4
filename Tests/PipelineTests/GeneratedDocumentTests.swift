import Foundation
import JSONText
import Postgres
import Spool
import TestSupport
import Testing

/// Documents of every awkward kind, through the three programs into a jsonb column and back.
@Suite(.postgres, .timeLimit(.minutes(5)))
struct GeneratedDocumentTests {
  /// A document, and the words of the reason when it cannot be loaded.
  struct Document {
    var text: String
    var reason: String?
  }

  static let count = 10_000

  @Test(
    "each of ten thousand documents is in the table as it was, or in rejected with its reason",
    arguments: [1] as [UInt64]
  )
  func conserved(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    var documents = (0..<Self.count).map { Self.document($0, using: &random) }
    let half = Self.count / 2
    let long = String(repeating: #"é\n01234"#, count: 64 << 17)
    documents[half] = Document(text: "{\"id\":\(half),\"s\":\"\(long)\"}", reason: nil)
    #expect(documents[half].text.utf8.count >= 64 << 20)
    let load = try await SpoolLoad(columns: #""raw": {"from": "", "type": "jsonb"}"#, table: "raw jsonb")
    try load.publish(documents.map(\.text))
    try await load.load()

    var rejected: [Int: String] = [:]
    for entry in try load.rejected() {
      let id = try #require(entry.text.firstMatch(of: /"id":([0-9]+)/).flatMap { Int($0.1) })
      rejected[id] = entry.reason
    }
    let loaded = try load.query("SELECT count(*) FROM item")
    #expect(loaded == [["\(Self.count - rejected.count)"]], "the counts conserve")
    for (id, document) in documents.enumerated() {
      let shown = "\(id) \(document.text.prefix(200)): \(rejected[id] ?? "loaded")"
      if let reason = document.reason {
        #expect(rejected[id]?.contains(reason) == true, "\(shown)")
      } else {
        #expect(rejected[id] == nil, "\(shown)")
      }
    }

    var connection = try load.database.connect()
    try connection.query("CREATE TABLE expected (id bigint PRIMARY KEY, doc jsonb)")
    try connection.query("BEGIN")
    for (id, document) in documents.enumerated() where document.reason == nil {
      try connection.query("INSERT INTO expected VALUES ($1, $2::jsonb)", parameters: ["\(id)", document.text])
    }
    try connection.query("COMMIT")
    let differing = "SELECT count(*) FROM expected FULL JOIN item USING (id) WHERE doc IS DISTINCT FROM raw"
    #expect(try connection.query(differing) == [["0"]])
    #expect(Set(documents.compactMap(\.reason)).count >= 4 && rejected.count > 500)
  }

  private static let numbers = [
    "0", "-0", "-0.0", "0.10", "1e400", "1E-300", "9007199254740993", "9223372036854775808", "99999999999999999",
    "1884518522.1684267241", "333333333.33333329", "15.695714285714287", "1e5", String(repeating: "9", count: 400),
  ]
  private static let strings = [
    #""""#, #""\ud83d\ude00""#, #""\\u0000""#, #""\u00e9é""#, "\"e\u{301}\"", #""\uffff\ufffe""#,
    #""\t\n\u0001\u007f""#,
    #""'; --""#, #""\\.""#, #""\\N""#, #""\/""#,
  ]

  private static func document(_ id: Int, using random: inout SeededGenerator) -> Document {
    let value = value(depth: 0, using: &random)
    let deep = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    func document(_ members: String, _ reason: String? = nil) -> Document {
      Document(text: "{\"id\":\(id),\"v\":\(value),\(members)}", reason: reason)
    }
    switch Int.random(in: 0..<14, using: &random) {
    case 0: return document(#""n":1e99999"#, "too large")
    case 1: return document(#""t":["\ud83d"]"#, "bad_unicode")
    case 2: return document(#""a\udc00":1"#, "bad_unicode")
    case 3: return document(#""t":{"a":["x\u0000"]}"#, "u0000")
    case 4: return document(#""k\u0000":1"#, "u0000")
    case 5: return document(#""d":1,"d":{"d":2,"d":3},"d":[2]"#)
    case 6: return document("\"é\":1,\"e\u{301}\":2")
    case 7 where id % 20 == 0: return document("\"deep\":\(deep(10_000))", "not_json")
    case 8 where id % 20 == 0: return document("\"deep\":\(deep(1_000))")
    case 9: return Document(text: "{\"id\":\(id),\"v\":\(value),}", reason: "not_json")
    default: return document(#""end":true"#)
    }
  }

  private static func value(depth: Int, using random: inout SeededGenerator) -> String {
    switch Int.random(in: 0..<(depth < 4 ? 8 : 4), using: &random) {
    case 0, 1: return numbers.randomElement(using: &random) ?? "0"
    case 2: return strings.randomElement(using: &random) ?? "null"
    case 3: return ["true", "false", "null"].randomElement(using: &random) ?? "null"
    case 4, 5:
      let elements = (0..<Int.random(in: 0...4, using: &random)).map { _ in value(depth: depth + 1, using: &random) }
      return "[\(elements.joined(separator: " , "))]"
    default:
      let members = (0..<Int.random(in: 0...4, using: &random)).map { _ in
        "\(strings.randomElement(using: &random) ?? "\"a\""):\(value(depth: depth + 1, using: &random))"
      }
      return "{\(members.joined(separator: ","))}"
    }
  }
}
