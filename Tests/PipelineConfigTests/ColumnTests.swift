import PipelineConfig
import TestSupport
import Testing

/// What may be said of a column, and what is said when it cannot be.
struct ColumnTests {
  @Test(
    "a setting that a column cannot have is refused at its own path",
    arguments: [
      (#"{"type":"text","format":"money"}"#, "format", "has but one"),
      (#"{"type":"date","format":"money"}"#, "format", "unix_date"),
      (#"{"type":"date","format":"unix"}"#, "format", "unix_date"),
      (#"{"type":"text","min":1}"#, "min", "no range"), (#"{"type":"boolean","max":1}"#, "max", "no range"),
      (#"{"type":"integer","min":"x"}"#, "min", "no integer"), (#"{"type":"integer","min":3,"max":2}"#, "min", "max"),
      (#"{"type":"integer","max":2147483648}"#, "max", "range of integer"),
      (#"{"type":"date","min":"2026-02-30"}"#, "min", "date"), (#"{"type":"date","min":null}"#, "min", "null"),
      (#"{"type":"integer","max_length":3}"#, "max_length", "no length"),
      (#"{"type":"text","max_length":-1}"#, "max_length", "0...10485760"),
      (#"{"type":"text","min_length":3,"max_length":2}"#, "min_length", "max_length"),
      (#"{"type":"text","pattern":"("}"#, "pattern", "regular expression"),
      (#"{"type":"text","pattern":""}"#, "pattern", "empty"), (#"{"type":"uuid","pattern":"a"}"#, "pattern", "text"),
      (#"{"type":"text","one_of":[]}"#, "one_of", "1...1000"),
      (#"{"type":"text","one_of":["a",1]}"#, "one_of[1]", "string"),
      (#"{"type":"integer","one_of":[1,"x"]}"#, "one_of[1]", "no integer"),
      (#"{"type":"jsonb","one_of":[1]}"#, "one_of", "jsonb"),
      (#"{"type":"integer","default":"x"}"#, "default", "no integer"),
      (#"{"type":"integer","min":5,"default":4}"#, "default", "less than 5"),
      (#"{"type":"text","one_of":["a"],"default":"b"}"#, "default", "values"),
      (#"{"type":"text","pattern":"^a","default":"b"}"#, "default", "match"),
      (#"{"type":"text","default":"${TOKEN}","max_length":1}"#, "default", "environment"),
      (#"{"type":"integer","required":true,"default":4}"#, "default", "required"),
      (#"{"type":"integer","misfit":"skip"}"#, "misfit", "clip"),
      (#"{"type":"integer","required":true,"misfit":"null"}"#, "misfit", "required"),
      (#"{"type":"uuid","misfit":"clip"}"#, "misfit", "clipped"),
      (#"{"type":"integer","maximum":1}"#, "maximum", "unknown"),
    ]
  )
  func refused(column: String, member: String, words: String) throws {
    let problems = try Configs.problems(Configs.setting("feeds.cars.columns.x", to: column))
    #expect(problems.map(\.path) == ["feeds.cars.columns.x.\(member)"], "\(problems)")
    #expect(problems.first?.message.contains(words) == true, "\(problems)")
    #expect(problems.allSatisfy { !$0.message.contains(Configs.canary) })
  }

  @Test(
    "what would change a key, or cannot be one, is refused",
    arguments: [
      #"{"type":"bigint","misfit":"clip"}"#, #"{"type":"bigint","default":1}"#, #""interval""#, #""text[]""#,
      #""jsonb""#,
    ]
  )
  func key(column: String) throws {
    let problems = try Configs.problems(Configs.setting("feeds.cars.columns.id", to: column))
    #expect(problems.contains { $0.path == "feeds.cars.key" && $0.message.contains("\"id\"") }, "\(problems)")
  }

  @Test("settings are read into the column as the staged queue will hold them")
  func read() throws {
    let text =
      #"{"type":"timestamptz","format":"epoch_ms","default":0,"min":"1970-01-01","max":"2030-01-01T00:00:00Z","misfit":"clip"}"#
    let pipeline = try Configs.read(Configs.setting("feeds.cars.columns.x", to: text))
    let column = try #require(pipeline.feed(named: "cars").columns.first { $0.name == "x" })
    #expect(column.format == .epochMilliseconds && column.misfit == .clip)
    #expect(column.fallback == #""1970-01-01T00:00:00Z""#)
    #expect(column.rules.least == #""1970-01-01T00:00:00Z""# && column.rules.most == #""2030-01-01T00:00:00Z""#)
  }
}
