import JSONText
import PipelineConfig
import Postgres
import TestSupport
import Testing

/// What stage hands on means to PostgreSQL what it meant to the vendor, wherever the server thinks it is.
@Suite(.postgres)
struct MeaningTests {
  @Test(
    "what PostgreSQL then has is what the vendor said",
    arguments: [
      ("text", #""é\u00e9\n😀""#, "éé\n😀"), ("text", "1.50", "1.50"), ("text", #""""#, ""), ("text", "true", "true"),
      ("text", #""a\\nb\t\\.""#, "a\\nb\t\\."),
      ("integer", #""007""#, "7"), ("integer", "-2147483648", "-2147483648"), ("integer", "4.0", "4"),
      ("bigint", "9007199254740993", "9007199254740993"), ("bigint", "-9223372036854775808", "-9223372036854775808"),
      ("numeric", "1.10", "1.10"), ("numeric", "1e3", "1000"), ("numeric", "-1E-3", "-0.001"),
      ("numeric", #""0.1000000000000000055511151231257827""#, "0.1000000000000000055511151231257827"),
      ("double", "15.695714285714287", "15.695714285714287"), ("double", "5e-324", "5e-324"), ("double", "1e2", "100"),
      ("boolean", #""True""#, "true"), ("boolean", "0", "false"),
      ("date", #""2024-01-06T23:59:59-05:00""#, "2024-01-06"), ("date", #""2024-02-29""#, "2024-02-29"),
      ("timestamptz", #""2024-01-06""#, "2024-01-06 05:45:00+05:45"),
      ("timestamptz", #""2024-01-06 04:39:08""#, "2024-01-06 10:24:08+05:45"),
      ("timestamptz", #""2024-01-06t04:39z""#, "2024-01-06 10:24:00+05:45"),
      ("timestamptz", #""2024-01-06T04:39:08.1234567+02:00""#, "2024-01-06 08:24:08.123457+05:45"),
      ("timestamptz", #""2024-01-06T04:39:08,5-0530""#, "2024-01-06 15:54:08.5+05:45"),
      ("timestamptz", #""2024-06-30T23:59:60Z""#, "2024-07-01 05:45:00+05:45"),
      ("timestamptz", #""2024-01-06T00:00:00+15:59""#, "2024-01-05 13:46:00+05:45"),
      ("uuid", #""A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11""#, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
      ("jsonb", #"{"b":1.50,"a":[9007199254740993,"\u00e9"]}"#, #"{"a": [9007199254740993, "é"], "b": 1.50}"#),
      ("time", #""24:00""#, "24:00:00"), ("time", #""09:30:15.1234564""#, "09:30:15.123456"),
      ("interval", #""P1Y2M3DT4H5M6.5S""#, "1 year 2 mons 3 days 04:05:06.5"), ("interval", #""-P1D""#, "-1 days"),
      ("interval", #""P2W""#, "14 days"), ("inet", #""10.0.0.1/24""#, "10.0.0.1/24"),
      ("inet", #""::FFFF""#, "::ffff/128"),
      ("bytea", #""aGkh""#, "\\x686921"), ("bytea", #""""#, "\\x"), ("text[]", "[]", "{}"),
      ("text[]", #"["a b",null,"NULL","q\"\\",1.50]"#, #"{"a b",NULL,"NULL","q\"\\",1.50}"#),
      ("jsonb", #"{"a":1,"a":null}"#, #"{"a": null}"#), ("jsonb", #""x""#, #""x""#), ("jsonb", "1e3", "1000"),
    ]
  )
  func meaning(name: String, value: String, expected: String) throws {
    let type = try #require(ColumnType(rawValue: name))
    let done = try StageTrial("\"v\": \"\(name)\"").stage([StageTrial.line(1, "\"v\":\(value)")])
    let row = try JSONValue(parsing: try #require(done.texts.first, "\(done.rejected)"))
    let text = Parameter.text(of: try #require(row["v"]), as: type)
    var connection = try #require(TestDatabase.current).connect()
    // A session far from UTC, with another order of day and month: the value alone has to say it all.
    try connection.query("SET TimeZone = 'Asia/Kathmandu'")
    try connection.query("SET DateStyle = 'ISO, DMY'")
    let read = try connection.query("SELECT ($1::text)::\(type.sqlName)::text", parameters: [text])
    #expect(read == [[expected]])
  }

  @Test("data versions sort in PostgreSQL as the versions do in time", arguments: 0..<4 as Range<UInt64>)
  func versions(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    // Milliseconds beside one another, each written with some offset and some number of digits.
    let moments = (0..<300).map { index in
      let (hours, milliseconds) = (
        Int.random(in: -12...14, using: &random), Int.random(in: 0..<40, using: &random) * 250
      )
      let (day, hour) = hours < 0 ? (9, 24 + hours) : (10, hours)
      func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
      let fraction = String(String(1000 + milliseconds % 1000).dropFirst()) + (Bool.random(using: &random) ? "000" : "")
      let offset = hours == 0 ? "Z" : (hours < 0 ? "-" : "+") + two(hours.magnitude == 0 ? 0 : abs(hours)) + ":00"
      let text = "2026-01-\(two(day))T\(two(hour)):00:\(two(milliseconds / 1000)).\(fraction)\(offset)"
      return (id: index + 1, milliseconds: milliseconds, text: text)
    }
    let done = try StageTrial("").stage(moments.map { StageTrial.line($0.id, version: $0.text) })
    let rows = try done.texts.map { try JSONValue(parsing: $0) }
    var connection = try #require(TestDatabase.current).connect()
    try connection.query("CREATE TABLE version (id integer, text text COLLATE \"C\")")
    for row in rows {
      let version = try #require(row["data_version"]?.text)
      try connection.query("INSERT INTO version VALUES ($1, $2)", parameters: [row["id"]?.encoded, version])
    }
    let sorted = try connection.query("SELECT id FROM version ORDER BY text, id").compactMap { $0[0] }
    let expected = moments.sorted { ($0.milliseconds, $0.id) < ($1.milliseconds, $1.id) }.map { String($0.id) }
    #expect(sorted == expected)
  }
}
