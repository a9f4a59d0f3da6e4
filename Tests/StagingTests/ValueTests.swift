import JSONText
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
    "PostgreSQL reads every value of the table, and it is the vendor's",
    arguments: ValueTable.rows.filter { $0.staged != nil }
  )
  func table(row: ValueTable.Row) throws {
    let staged = try #require(row.staged)
    guard staged != "null" else { return }
    let value = try JSONValue(parsing: staged)
    let text = row.type == "jsonb" ? staged : value.text ?? staged
    var connection = try #require(TestDatabase.current).connect()
    let type = row.type == "double" ? "double precision" : row.type
    let read = try connection.query("SELECT ($1::text)::\(type)::text", parameters: [text])
    #expect(read.count == 1 && read[0][0] != nil)
  }

  private static let anything = [
    "1", "0", "-", ".", "e", "+", "9", "2024", "e-", "12:30:59", " ", "\\u0000", "é", "[", "]", "null", ",", "1e5",
    "99999999",
  ]
  private static let times = [
    "2024-01-31", "2024-02-30", "0001-01-01", "9999-12-31", "T", " ", "12:30:59", "23:59:60", "00:00", ".5",
    ".123456789",
    ",5", "Z", "+05:30", "-12", "+14:00", "-15:59", "z",
  ]

  @Test(
    "and every made value that stage lets through",
    arguments: ["integer", "bigint", "numeric", "double", "date", "timestamptz", "jsonb", "text"]
  )
  func made(type: String) throws {
    var random = SeededGenerator(seed: UInt64(type.utf8.reduce(0) { $0 * 31 + Int($1) }))
    let trial = try StageTrial("\"v\": \"\(type)\"")
    let pieces = ["date", "timestamptz"].contains(type) ? Self.times : Self.anything
    let lines = (0..<3000).map { number in
      let text = (0..<Int.random(in: 1...6, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "1" }
        .joined()
      let isBare = (try? JSONValue(parsing: text)) != nil && Bool.random(using: &random)
      return StageTrial.line(number, "\"v\":\(isBare ? text : "\"\(text)\"")")
    }
    let done = try trial.stage(lines)
    let texts = try done.texts.map { text in
      let value = try JSONValue(parsing: text)["v"]
      return type == "jsonb" ? value?.encoded : value == .null ? nil : value?.text ?? value?.encoded
    }
    #expect(texts.count > 20, "too few to say anything: \(texts.count)")
    var connection = try #require(TestDatabase.current).connect()
    let name = type == "double" ? "double precision" : type
    for text in texts {
      #expect(throws: Never.self, "\(text ?? "NULL")") {
        try connection.query("SELECT ($1::text)::\(name)", parameters: [text])
      }
    }
  }
}
