import JSONText
import PipelineConfig
import Spool
import TestSupport
import Testing

/// What is at the edge of a record, of a version, of a segment.
struct EdgeTests {
  @Test(
    "what no JSON text can be is put aside whole",
    arguments: [
      ("{\"id\":1,\"t\":\"a\tb\"}", "not_json"), ("\u{FEFF}{\"id\":1}", "not_json"), (#"{"id":1,}"#, "not_json"),
      (#"{"id":1} {"id":2}"#, "not_json"), (#"{"id":1,"n":1.}"#, "not_json"), (#"{"id":1,"n":NaN}"#, "not_json"),
      (#"{"id":1,"t":"\x"}"#, "not_json"), (#"{"id":1,"t":'a'}"#, "not_json"), (#"{id:1}"#, "not_json"),
      (#"{"id":1,"t":["\udc00\ud83d"]}"#, "bad_unicode"), (#"{"id":1,"\ud83dx":0}"#, "bad_unicode"),
      ("{\"id\":1,\"n\":\(String(repeating: "[", count: 2000))\(String(repeating: "]", count: 2000))}", "not_json"),
    ]
  )
  func refused(record: String, reason: String) throws {
    let done = try HashTrial(cursor: nil).hash([record])
    #expect(done.lines.isEmpty && done.rejected.first?["reason"]?.text == reason, "\(done.lines) \(done.rejected)")
    #expect(done.rejected.first?["record"]?.text == record && done.rejected.first?["field"] == .null)
  }

  @Test("bytes that are no UTF-8 are put aside as they are, in base64, and the next record goes on")
  func bytes() throws {
    let trial = try HashTrial(cursor: nil)
    let name = SegmentName(run: try #require(RunID("20261120T234408Z-7k2q")), sequence: 0)
    let footer = TemporarySpool.footer(name: name, fetched: 2)
    var writer = try SegmentWriter(queue: trial.folder.spool.queue(.fetched, feed: "cars"), name: name)
    let bad = Array(#"{"id":1,"t":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
    try writer.append(line: bad.span)
    try writer.append(line: Array(#"{"id":2}"#.utf8).span)
    _ = try writer.publish(footer: footer)
    let done = try trial.hash(name)
    #expect(done.field("key") == ["[2]"])
    #expect(done.rejected.first?["reason"]?.text == "bad_unicode")
    #expect(done.rejected.first?["record_base64"]?.text == "eyJpZCI6MSwidCI6IsMoIn0=")
  }

  @Test("a record of two million values is one, and one of more is put aside as it is")
  func many() throws {
    let records = [1_999_000, 2_000_001].map { count in
      "{\"id\":\(count),\"n\":[\(String(repeating: "1,", count: count - 1))1]}"
    }
    let done = try HashTrial(cursor: nil).hash(records)
    #expect(done.field("key") == ["[1999000]"])
    #expect(done.rejected.first?["reason"]?.text == "too_many_values")
    #expect(done.rejected.first?["record"]?.text == records[1])
  }

  @Test("a record a thousand levels deep is one")
  func deep() throws {
    let text = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
    #expect(try HashTrial(cursor: nil).hash(["{\"id\":1,\"n\":\(text)}"]).lines.count == 1)
  }

  @Test("of two members with one name the last counts, for key, version and hash alike")
  func twice() throws {
    let stamp = #""stamp":"2026-01-01T00:00:00Z""#
    let both = "{\"id\":1,\"n\":1,\"stamp\":\"soon\",\"id\":2,\(stamp),\"n\":2}"
    let done = try HashTrial().hash([both, "{\"id\":2,\"n\":2,\(stamp)}", "{\"id\":1,\"n\":1,\(stamp)}"])
    #expect(done.field("key") == ["[2]", "[1]"], "the second repeats the first")
    #expect(done.counts["repeated"] == 1)
  }

  struct Versions: CustomTestStringConvertible, Sendable {
    var type: String
    /// JSON values; the lowest is the second, the highest the fourth.
    var values: [String]
    var refused: [String]
    var testDescription: String { type }
  }

  @Test(
    "versions compare as their type has it, and what is not of the type is put aside",
    arguments: [
      Versions(
        type: "integer",
        values: ["10", "-9223372036854775808", #""9""#, "9223372036854775807", "0", "-1"],
        refused: ["1.5", "9223372036854775808", #""x""#, #""""#, "true", "[1]"]
      ),
      Versions(type: "text", values: [#""b""#, #""B""#, #""a""#, #""é""#, #""a\n""#], refused: ["false", "{}", "[]"]),
      Versions(
        type: "timestamp",
        values: [
          #""2026-01-01""#, #""2025-12-31T23:59:59.9999999999Z""#, #""2026-01-01T05:00:00+05:00""#,
          #""2026-01-01T00:00:00.000000001001Z""#, #""2026-01-01 00:00""#,
        ],
        refused: [#""2026-02-30""#, #""2026-01-01T25:00:00Z""#, "20260101", #""""#, #"" 2026-01-01""#]
      ),
    ]
  )
  func versions(row: Versions) throws {
    let records = (row.values + row.refused).enumerated().map { "{\"id\":\($0),\"stamp\":\($1)}" }
    let done = try HashTrial(type: row.type).hash(records)
    #expect(done.field("key") == row.values.indices.map { "[\($0)]" })
    let texts = try row.values.map { value in
      let value = try JSONValue(parsing: value)
      return value.text ?? value.encoded
    }
    #expect(done.lines.map { $0["version"]?.text } == texts, "kept as written, a number as text")
    #expect(done.footer.lowestVersion == texts[1] && done.footer.highestVersion == texts[3])
    #expect(done.rejected.map { $0["reason"]?.text } == row.refused.map { _ in "bad_version" })
    #expect(done.rejected.allSatisfy { $0["field"]?.text == "stamp" })
  }

  @Test("the footer is that of the input but for stage, counts and versions")
  func footer() throws {
    let trial = try HashTrial()
    let name = SegmentName(run: try #require(RunID("20261120T234408Z-7k2q")), sequence: 12)
    let footer = TemporarySpool.footer(name: name, mode: .incremental, fetched: 3)
    try trial.folder.publish([#"{"id":1}"#, #"{"id":1}"#, "x"], footer: footer)
    let done = try trial.hash(name).footer
    #expect(done.feed == "cars" && done.run == name.run && done.sequence == 12 && done.stage == .hashed)
    #expect(done.mode == .incremental && done.kind == .data && done.fetchedAt == footer.fetchedAt)
    #expect(done.program == footer.program && done.fetched == 3 && done.records == 1)
    #expect(done.dropped == ["hash.rejected": 1, "hash.repeated": 1])
    #expect(done.lowestVersion == nil && done.highestVersion == nil)
  }

  @Test("hashed again, the rejects are those of the last time, and none leaves no file")
  func redo() throws {
    let trial = try HashTrial()
    #expect(try trial.hash(["x", #"{"id":1}"#, "y"]).rejected.count == 2)
    #expect(try trial.hash([#"{"id":1}"#, "y"]).rejected.count == 1)
    #expect(try trial.hash([#"{"id":1}"#]).rejected.isEmpty)
    #expect(try trial.folder.spool.rejected(feed: "cars").isEmpty)
  }

  @Test("of thousands of records with repeats among them, the first of each goes on", arguments: 0..<4 as Range<UInt64>)
  func manyRepeats(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let records = (0..<5000).map { _ in
      let (id, value) = (Int.random(in: 0..<700, using: &random), Int.random(in: 0..<3, using: &random))
      return "{\"id\":\(id),\"n\":\(value),\"stamp\":\"2026-01-0\(Int.random(in: 1...3, using: &random))\"}"
    }
    var seen: Set<String> = []
    let firsts = records.filter { seen.insert($0).inserted }
    let trial = try HashTrial()
    let done = try trial.hash(records)
    #expect(done.field("record") == firsts && done.counts["repeated"] == 5000 - firsts.count)
  }
}
