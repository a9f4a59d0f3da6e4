import JSONText
import TestSupport
import Testing

/// What a value has to be beyond its type, and what becomes of it when it is not.
struct RuleTests {
  struct Row: CustomStringConvertible, Sendable {
    var rule: String
    var value: String
    /// As it stands in the row; nil when the record is put aside.
    var staged: String?
    var description: String { "\(rule) \(value)" }
    init(_ rule: String, _ value: String, _ staged: String?) {
      (self.rule, self.value, self.staged) = (rule, value, staged)
    }
  }

  static let bounds: [Row] = [
    Row(#""type":"integer","min":1,"max":10"#, "1", "1"), Row(#""type":"integer","min":1,"max":10"#, "10", "10"),
    Row(#""type":"integer","min":1"#, "0", nil), Row(#""type":"integer","max":10"#, "11", nil),
    Row(#""type":"numeric","max":0.1"#, "0.10", "0.10"),
    Row(#""type":"numeric","max":0.1"#, "0.1000000000000000000000001", nil),
    Row(#""type":"numeric","min":"9007199254740993""#, "9007199254740992", nil),
    Row(#""type":"numeric","min":-1e3"#, "-1000.0", "-1000.0"), Row(#""type":"numeric","min":-1e3"#, "-1000.01", nil),
    Row(#""type":"double","min":0"#, "-0.0", "-0.0"), Row(#""type":"double","max":1e308"#, "1.1e308", nil),
    Row(#""type":"date","min":"2000-02-29""#, #""2000-02-28""#, nil),
    Row(#""type":"date","min":"2000-02-29""#, #""2000-02-29T00:00:00Z""#, #""2000-02-29""#),
    Row(
      #""type":"timestamptz","max":"2026-01-01T00:00:00Z""#,
      #""2026-01-01T01:00:00+01:00""#,
      #""2026-01-01T01:00:00+01:00""#
    ),
    Row(#""type":"timestamptz","max":"2026-01-01T00:00:00Z""#, #""2026-01-01T00:00:00.001Z""#, nil),
    Row(#""type":"timestamptz","format":"epoch_s","min":"1970-01-01T00:00:01Z""#, "0", nil),
    Row(#""type":"time","max":"18:00""#, #""18:00:00.5""#, nil),
    Row(#""type":"time","max":"18:00""#, #""18:00""#, #""18:00:00""#),
    Row(#""type":"integer","format":"money","min":1000"#, #""$999""#, nil),
  ]

  static let shapes: [Row] = [
    Row(#""type":"text","max_length":3"#, #""é\u00e9😀""#, #""é\u00e9😀""#),
    Row(#""type":"text","max_length":3"#, #""abcd""#, nil), Row(#""type":"text","min_length":1"#, #""""#, nil),
    Row(#""type":"text","max_length":3"#, "1.50", nil),
    Row(#""type":"bytea","max_length":2"#, #""aGk=""#, #""\\x6869""#),
    Row(#""type":"bytea","max_length":2"#, #""aGkh""#, nil), Row(#""type":"bytea","min_length":1"#, #""""#, nil),
    Row(#""type":"text[]","max_length":1"#, #"["a","b"]"#, nil), Row(#""type":"text[]","min_length":1"#, "[]", nil),
    Row(#""type":"text","pattern":"^[A-Z]{2}[0-9]+$""#, #""AB12""#, #""AB12""#),
    Row(#""type":"text","pattern":"^[A-Z]{2}[0-9]+$""#, #""ab12""#, nil),
    Row(#""type":"text","pattern":"[0-9]""#, #""a7b""#, #""a7b""#),
    Row(#""type":"text","pattern":"[0-9]""#, #""ab""#, nil),
    Row(#""type":"text","one_of":["new","used"]"#, #""u\u0073ed""#, #""u\u0073ed""#),
    Row(#""type":"text","one_of":["new","used"]"#, #""Used""#, nil),
    Row(#""type":"text","one_of":["é"]"#, "\"e\u{301}\"", nil), Row(#""type":"integer","one_of":[1,2]"#, "2.0", "2"),
    Row(#""type":"integer","one_of":[1,2]"#, "3", nil), Row(#""type":"numeric","one_of":[0.10]"#, "1e-1", "1e-1"),
    Row(#""type":"text[]","one_of":["a","b"]"#, #"["b",null,"a"]"#, #""{\"b\",NULL,\"a\"}""#),
    Row(#""type":"text[]","one_of":["a","b"]"#, #"["c"]"#, nil),
  ]

  @Test("a rule lets through what it says and puts the rest aside, naming the value", arguments: bounds + shapes)
  func rules(row: Row) throws {
    let done = try StageTrial("\"v\": {\(row.rule)}").stage([
      StageTrial.line(1, "\"v\":\(row.value)"), StageTrial.line(2),
    ])
    if let staged = row.staged {
      #expect(done.texts.first?.hasPrefix("{\"id\":1,\"v\":\(staged),") == true, "\(done.texts) \(done.rejected)")
    } else {
      let rejected = try #require(done.rejected.first, "\(done.texts)")
      #expect(rejected["field"]?.text == "/v" && rejected["reason"]?.text?.hasPrefix("column v: ") == true)
      #expect(rejected["reason"]?.text?.contains(row.value.prefix(40)) == true, "\(rejected)")
    }
  }

  @Test(
    "a value that does not fit is clipped to the nearest that does, where there is one",
    arguments: [
      Row(#""type":"integer","min":1,"max":10"#, "99", "10"), Row(#""type":"integer","min":1,"max":10"#, "-99", "1"),
      Row(#""type":"integer""#, "2147483648", "2147483647"),
      Row(#""type":"integer""#, #""-99999999999999999999""#, "-2147483648"),
      Row(#""type":"bigint""#, "9223372036854775808", "9223372036854775807"),
      Row(#""type":"text","max_length":2"#, #""😀\"x""#, #""😀\"""#),
      Row(#""type":"date","max":"2026-12-31""#, #""2027-01-01""#, #""2026-12-31""#),
      Row(#""type":"numeric","min":0"#, "-0.01", "0"), Row(#""type":"integer""#, #""x""#, nil),
      Row(#""type":"text","max_length":2"#, "[]", nil), Row(#""type":"integer","one_of":[1]"#, "2", nil),
    ]
  )
  func clip(row: Row) throws {
    let trial = try StageTrial("\"v\": {\(row.rule),\"misfit\":\"clip\"}")
    let done = try trial.stage([StageTrial.line(1, "\"v\":\(row.value)"), StageTrial.line(2)])
    #expect(done.counts["clipped"] == (row.staged == nil ? nil : 1) && done.counts["nulled"] == nil)
    #expect(done.rejected.count == (row.staged == nil ? 1 : 0), "\(done.rejected)")
    if let staged = row.staged {
      #expect(done.texts.first?.hasPrefix("{\"id\":1,\"v\":\(staged),") == true, "\(done.texts)")
    }
  }

  @Test("a value that does not fit is null where that is chosen, and counted; of a record put aside nothing is counted")
  func null() throws {
    let trial = try StageTrial(#""v": {"type":"integer","misfit":"null"}, "w": "integer""#)
    let done = try trial.stage([
      StageTrial.line(1, #""v":"NA","w":1"#), StageTrial.line(2, #""v":"NA","w":"NA""#), StageTrial.line(3, #""v":[]"#),
    ])
    #expect(try done.column("id") == ["1", "3"])
    #expect(try done.column("v") == ["null", "null"])
    #expect(done.counts["nulled"] == 2 && done.rejected.count == 1)
  }

  @Test("a default stands in for what is absent or null, and not for what does not fit")
  func fallback() throws {
    let trial = try StageTrial(
      #""v": {"type":"integer","default":7}, "t": {"type":"text","default":"a\"b"}, "j": {"type":"jsonb","default":{"a":[1]}}, "x": {"type":"text[]","format":"comma","default":"a,b"}"#
    )
    let done = try trial.stage([
      StageTrial.line(1), StageTrial.line(2, #""v":null,"t":"","j":2"#), StageTrial.line(3, #""v":"x""#),
    ])
    #expect(try done.column("v") == ["7", "7"])
    #expect(try done.column("t") == [#""a\"b""#, #""""#])
    #expect(try done.column("j") == [#"{"a":[1]}"#, "2"])
    #expect(try done.column("x") == [#""{\"a\",\"b\"}""#, #""{\"a\",\"b\"}""#])
    #expect(done.rejected.count == 1)
  }
}
