import JSONText
import PipelineConfig
import Spool
import TestSupport
import Testing

/// Where values are found, what becomes of a whole line, and what of a whole segment.
struct PlaceTests {
  @Test(
    "a pointer finds what RFC 6901 says, and null where nothing is",
    arguments: [
      ("/a~1b", #""a/b":1"#, "1"), ("/m~0n", #""m~n":2"#, "2"), ("/~01", #""~1":3"#, "3"), ("/", #""":4"#, "4"),
      ("/a/b/c/d/e", #""a":{"b":{"c":{"d":{"e":5}}}}"#, "5"), ("/l/0/1", #""l":[[7,6]]"#, "6"),
      ("/l/2", #""l":[1,2]"#, "null"),
      ("/l/01", #""l":[1,2]"#, "null"), ("/l/-", #""l":[1]"#, "null"), ("/o/0", #""o":{"0":8}"#, "8"),
      ("/a/b", #""a":"b""#, "null"), ("/a/b", #""a":null"#, "null"), ("/a/b", #""a":{"b":null}"#, "null"),
      ("/a/b", #""a":{"b":1},"a":{"b":9}"#, "9"), ("/é", #""\u00e9":10"#, "10"), ("/é", "\"e\u{301}\":10", "null"),
      ("/A", #""a":1"#, "null"), ("/a b", #""a b":11"#, "11"),
    ]
  )
  func pointers(pointer: String, members: String, expected: String) throws {
    let trial = try StageTrial(#""v": {"from": \#(JSONText.quoted(pointer)), "type": "integer"}"#)
    #expect(try trial.stage([StageTrial.line(1, members)]).column("v") == [expected])
  }

  @Test("the whole record is its bytes as the vendor wrote them, and one record's members do not stay for the next")
  func whole() throws {
    let trial = try StageTrial(
      #""raw": {"from": "", "type": "jsonb"}, "n": "integer", "m": {"from": "/o/m", "type": "text"}"#
    )
    let members = [#""n": 1.0 ,"o":{"m":"\u0061"} "#, #""o":{},"x":[1.50, 2]"#, "", #""o":{"m":2},"n":3"#, #""n":4"#]
    let done = try trial.stage(members.enumerated().map { StageTrial.line($0 + 1, $1) })
    #expect(done.texts.count == 5)
    for (number, text) in done.texts.enumerated() {
      let record = "{\"id\":\(number + 1)\(members[number].isEmpty ? "" : ",")\(members[number])}"
      #expect(text.contains("\"raw\":\(record),"), "\(text)")
    }
    #expect(try done.column("n") == ["1", "null", "null", "3", "4"])
    #expect(try done.column("m") == [#""a""#, "null", "null", #""2""#, "null"])
  }

  @Test("names of columns are written as JSON, whatever they hold")
  func names() throws {
    let trial = try StageTrial(#""a \"b\" é": {"from": "/n", "type": "integer"}"#)
    #expect(try trial.stage([StageTrial.line(1, #""n":7"#)]).column(#"a "b" é"#) == ["7"])
  }

  @Test("a key column without a value puts the record aside, though nobody said that it is required")
  func key() throws {
    let lines = [StageTrial.line(1).replacing("\"id\":1", with: "\"id\":null"), StageTrial.line(2)]
    let done = try StageTrial("").stage(lines)
    #expect(try done.column("id") == ["2"])
    #expect(done.rejected.first?["reason"]?.text == "column id: is required and has no value")
    #expect(done.rejected.first?["field"]?.text == "/id")
  }

  @Test("a version that is none of the feed's type puts the record aside")
  func version() throws {
    let done = try StageTrial("").stage([
      StageTrial.line(1, version: "soon"), StageTrial.line(2, version: "2026-01-01"), StageTrial.line(3, version: ""),
    ])
    #expect(try done.column("id") == ["2"])
    #expect(done.rejected.map { $0["reason"]?.text } == ["bad_version", "bad_version"])
    #expect(done.rejected.map { $0["record"]?.encoded } == [#"{"id":1}"#, #"{"id":3}"#])
  }

  @Test("a reject holds its reason, its field, its segment and line, and the record byte for byte")
  func reject() throws {
    let trial = try StageTrial(#""p": {"from": "/a/p", "type": "integer"}"#)
    let members = #""a": {"p" :"x"}, "t":"\u00e9 \/" "#
    let long = String(repeating: "x", count: 5000)
    _ = try trial.stage([StageTrial.line(1), StageTrial.line(2, members), StageTrial.line(3, #""a":{"p":"\#(long)"}"#)])
    let file = try #require(try trial.folder.spool.rejected(feed: "cars").first)
    let (lines, footer) = try TemporarySpool.read(file.path)
    let name = "20261120T234408Z-7k2q-000003"
    let reason = #"column p: \"x\" is no integer"#
    let expected =
      #"{"reason":"\#(reason)","field":"/a/p","segment":"\#(name)","line":2,"record":{"id":2,\#(members)}}"#
    #expect(lines.first == expected)
    #expect(lines.count == 2 && footer.records == 2 && footer.kind == .rejected)
    let second = try JSONValue(parsing: try #require(lines.last))
    #expect(second["reason"]?.text?.count ?? 0 < 120, "a reason is a line for a person")
    #expect(second["record"]?["a"]?["p"]?.text == long)
  }

  @Test("of several keys as the bytes of their JSON sort, so do the rows", arguments: 0..<10 as Range<UInt64>)
  func order(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let keys = Set(
      (0..<200).map { _ in
        let word = ["a", "B", "é", "😀", "\u{FB33}", "\"", ""].randomElement(using: &random) ?? ""
        return "[\(Int.random(in: -20...300, using: &random)),\(JSONText.quoted(word))]"
      }
    ).shuffled(using: &random)
    let lines = keys.map { key in
      #"{"key":\#(key),"version":null,"op":"upsert","hash":"0","record":{"id":1,"k":\#(JSONText.quoted(key))}}"#
    }
    let done = try StageTrial(#""k": "text""#).stage(lines)
    let sorted = keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    #expect(try done.column("k") == sorted.map { JSONText.quoted($0) })
  }

  @Test("a segment of nothing but rejects is a segment without rows, and its footer counts them")
  func empty() throws {
    let trial = try StageTrial(#""n": {"type": "integer", "required": true}"#)
    let done = try trial.stage([StageTrial.line(1), StageTrial.line(2, #""n":"x""#)])
    #expect(done.texts.isEmpty && done.footer.records == 0 && done.footer.dropped["stage.rejected"] == 2)
    #expect(done.footer.stage == .staged && done.footer.kind == .data && done.footer.fetched == 2)
  }

  @Test("a run's end goes on unchanged but for its queue", arguments: [true, false])
  func end(isComplete: Bool) throws {
    let trial = try StageTrial("")
    var footer = TemporarySpool.footer(name: StageTrial.name, queue: .hashed, mode: .incremental)
    footer.kind = .end
    footer.end = EndOfRun(
      complete: isComplete,
      segments: 9,
      records: 100,
      watermark: "w",
      since: "s",
      expected: isComplete ? 100 : nil
    )
    try trial.folder.publish([], footer: footer)
    let done = try trial.stage(StageTrial.name)
    footer.stage = .staged
    #expect(done.footer == footer && done.texts.isEmpty && done.rejected.isEmpty)
  }
}
