import JSONText
import PipelineConfig
import Postgres
import TestSupport
import Testing

struct ValueTests {
  @Test("each type takes what it should, hands it on as it should, and puts the rest aside", arguments: ValueTable.rows)
  func values(row: ValueTable.Row) throws {
    let trial = try StageTrial("\"v\": \"\(row.type)\"")
    let done = try trial.stage([StageTrial.line(1, "\"v\":\(row.value)"), StageTrial.line(2)])
    if let staged = row.staged {
      #expect(done.texts.count == 2 && done.rejected.isEmpty, "\(done.rejected)")
      #expect(done.texts.first?.hasPrefix("{\"id\":1,\"v\":\(staged),\"data_hash\":") == true, "\(done.texts)")
    } else {
      #expect(done.texts.count == 1, "\(done.texts)")
      let rejected = try #require(done.rejected.first)
      #expect(
        rejected["reason"]?.text?.hasPrefix("column v: ") == true && rejected["field"]?.text == "/v",
        "\(rejected)"
      )
      #expect(rejected["record"]?["id"]?.encoded == "1" && rejected["line"]?.encoded == "1")
    }
  }
}

/// What stage lets through, PostgreSQL takes: otherwise one bad record would hold a whole segment.
@Suite(.postgres)
struct PostgresValueTests {
  @Test(
    "PostgreSQL reads every value of the table",
    arguments: ValueTable.rows.filter { $0.staged != nil }
  )
  func table(row: ValueTable.Row) throws {
    let staged = try #require(row.staged)
    guard staged != "null" else { return }
    let type = try #require(ColumnType(rawValue: row.type))
    let text = try Parameter.text(of: JSONValue(parsing: staged), as: type)
    var connection = try #require(TestDatabase.current).connect()
    let read = try connection.query("SELECT ($1::text)::\(type.sqlName)::text", parameters: [text])
    #expect(read.count == 1 && read[0][0] != nil)
  }

  @Test("and every made value that stage lets through", arguments: ColumnType.allCases, 0..<3 as Range<UInt64>)
  func made(type: ColumnType, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed &* 100 &+ UInt64(ColumnType.allCases.firstIndex(of: type) ?? 0))
    let pieces = MadeText.pieces(for: type)
    let lines = (0..<3000).map { number in
      StageTrial.line(number, "\"v\":\(MadeText.value(of: pieces, using: &random))")
    }
    let done = try StageTrial("\"v\": \"\(type.rawValue)\"").stage(lines)
    #expect(done.texts.count + done.rejected.count == lines.count)
    let texts = try done.texts.compactMap { try Parameter.text(of: JSONValue(parsing: $0)["v"] ?? .null, as: type) }
    #expect(texts.count > 5 && done.rejected.count > 20, "too few to say anything: \(texts.count)")
    var connection = try #require(TestDatabase.current).connect()
    for text in Set(texts) {
      #expect(throws: Never.self, "\(text.debugDescription)") {
        try connection.query("SELECT ($1::text)::\(type.sqlName)", parameters: [text])
      }
    }
  }
}

/// A staged value as the text that merge gives to PostgreSQL.
enum Parameter {
  static func text(of value: JSONValue, as type: ColumnType) -> String? {
    if value == .null { return nil }
    return type == .jsonb ? value.encoded : value.text ?? value.encoded
  }
}

/// Values put together from pieces that mean something to a type: some are of it, most are nearly so.
private enum MadeText {
  private static let numbers = [
    "1", "0", "-", ".", "e", "+", "9", "2024", "e-", "12:30:59", " ", "\\u0000", "é", "[", "]", "null", ",", "1e5",
    "99999999", "e300", "000", "5e-324", "2147483647", "9223372036854775807",
  ]
  private static let times = [
    "2024-01-31", "2024-02-30", "0001-01-01", "9999-12-31", "T", "T", " ", "t", "12:30:59", "23:59:60", "00:00", ".5",
    ".123456789", ",5", "Z", "+05:30", "-12", "+14:00", "-15:59", "-0330", "z", "2024-01-31T12:30:59",
    "0001-01-01 00:00:00", "9999-12-31T23:59:60", "2000-02-29T23:59",
  ]
  private static let structures =
    numbers + ["[]", "{}", "{\"a\":", "}", "\"\\u0000\"", "\"\\\\u0000\"", "[1e1001]", "[1,", "true"]
  private static let words = ["true", "false", "0", "1", "TRUE", "t", "", " ", "f", "False", "yes", "2"]
  private static let hexadecimal = [
    "a0eebc99", "-9c0b", "-4EF8", "-bb6d", "-6bb9bd380a11", "a0eebc99-9c0b", "-4ef8-bb6d-6bb9bd380a11", "-", "g", "{",
    "}",
    "a0eebc99-9c0b-4EF8-bb6d-6bb9bd380a11",
  ]

  private static let clocks = [
    "00:00", "24:00", "23:59", ":59", ":60", ".5", ".999999999", "12:30:59", " ", "Z", "-1", "9:",
  ]
  private static let lengths = [
    "P", "T", "1Y", "2M", "3D", "4H", "5M", "6S", "99999999H", "-", "1W", "0.5S", "PT1S", "P1D",
  ]
  private static let addresses = [
    "10.0.0.1", "::1", "/24", "/128", "/0", "fe80::", ":", "ff", "1.2", "0", "::ffff:", "2001:db8::", "%e", "1.2.3.4",
    "1:2:3:4:5:6:7:8",
  ]
  private static let digits = ["AAAA", "aGkh", "AA==", "+/8=", "=", "A", "_", " ", "////", "0123"]
  private static let arrays =
    structures + ["[\"a\"]", "[\"\\\\\",null]", "[1,true]", "[\"{\\\"}\"]", "[\"é\\n\",\"\"]"]

  static func pieces(for type: ColumnType) -> [String] {
    switch type {
    case .text, .integer, .bigint, .numeric, .double: numbers
    case .date, .timestamptz: times
    case .jsonb: structures
    case .boolean: words
    case .uuid: hexadecimal
    case .time: clocks
    case .interval: lengths
    case .inet: addresses
    case .bytea: digits
    case .textArray: arrays
    }
  }

  static func value(of pieces: [String], using random: inout SeededGenerator) -> String {
    let text = (0..<Int.random(in: 1...5, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "1" }
      .joined()
    if Bool.random(using: &random), (try? JSONValue(parsing: text)) != nil { return text }
    return "\"\(text.replacing("\"", with: "\\\""))\""
  }
}
