import JSONText
import Spool
import TestSupport
import Testing

/// Key, version and what is put aside.
struct IdentityTests {
  @Test("the key is the key fields in their order, each in its canonical form")
  func keys() throws {
    let trial = try HashTrial(key: ["b", "a"], cursor: nil)
    let done = try trial.hash([
      #"{"a":1.0,"b":"x\u0041"}"#, #"{"a":9007199254740993,"b":"é"}"#, #"{"b":true,"a":"1"}"#,
    ])
    #expect(done.field("key") == [#"["xA",1]"#, #"["é",9007199254740993]"#, #"[true,"1"]"#])
    #expect(done.field("version") == ["null", "null", "null"])
    #expect(done.field("op") == Array(repeating: "\"upsert\"", count: 3))
  }

  @Test(
    "a record without an identity is put aside with its reason, and the others go on",
    arguments: [
      (#"{"stamp":"2026-01-01"}"#, "no_key"), (#"{"id":null}"#, "no_key"), (#"{"id":[1]}"#, "no_key"),
      (#"{"id":{}}"#, "no_key"), ("[1]", "not_an_object"), ("7", "not_an_object"), (#"{"id":1"#, "not_json"),
      (#"{"id":01}"#, "not_json"), (#"{"id":1,"t":"\ud83d"}"#, "bad_unicode"),
      (#"{"id":1,"stamp":"soon"}"#, "bad_version"),
      (#"{"id":1,"stamp":true}"#, "bad_version"), (#"{"id":1,"stamp":{}}"#, "bad_version"), ("", "not_json"),
    ]
  )
  func rejected(record: String, reason: String) throws {
    let good = #"{"id":5,"stamp":"2026-01-01T00:00:00Z"}"#
    let done = try HashTrial().hash([good, record, good.replacing("5", with: "6")])
    #expect(done.field("key") == ["[5]", "[6]"])
    #expect(done.counts["rejected"] == 1 && done.footer.dropped["hash.rejected"] == 1)
    #expect(done.rejected.count == 1)
    #expect(done.rejected.first?["reason"]?.text == reason, "\(done.rejected)")
    #expect(done.rejected.first?["line"]?.encoded == "2")
  }

  @Test("versions are kept as written, and the footer has the lowest and the highest")
  func versions() throws {
    let stamps = [
      "2026-01-02T00:00:00+02:00", "2026-01-01T23:00:00Z", "2026-01-01T21:00:00.5Z", "2026-01-01T22:30:00Z",
    ]
    let done = try HashTrial().hash(stamps.enumerated().map { #"{"id":\#($0),"stamp":"\#($1)"}"# })
    #expect(done.field("version") == stamps.map { "\"\($0)\"" })
    #expect(done.footer.lowestVersion == stamps[2] && done.footer.highestVersion == stamps[1])
  }

  @Test("an exact repeat is dropped and counted; the same record with another version is none")
  func repeats() throws {
    let first = #"{"id":1,"n":1,"stamp":"2026-01-01T00:00:00Z"}"#
    let later = #"{"id":1,"n":1,"stamp":"2026-01-01T00:00:01Z"}"#
    let spelled = #"{ "n":1.0, "id":1, "stamp":"2026-01-01T00:00:00Z" }"#
    let done = try HashTrial().hash([first, later, first, spelled, first, later])
    #expect(done.lines.count == 2 && done.counts["repeated"] == 4 && done.footer.dropped["hash.repeated"] == 4)
    #expect(done.footer.records == 2 && done.footer.fetched == 6)
  }

  @Test("the record goes on byte for byte, and the same input gives the same bytes")
  func bytes() throws {
    let record = #"{ "id" : 1.50e1,"t":"a\/\u00e9 \n😀", "stamp":"2026-01-01T00:00:00Z" ,"n":[ 1, 2 ]}"#
    let trial = try HashTrial()
    let first = try trial.hash([record, #"{"id":2,"stamp":null}"#])
    let lines = try TemporarySpool.read(first.path).lines
    #expect(lines[0].hasSuffix(",\"record\":\(record)}"))
    let before = try Array(contentsOf: first.path)
    let again = try trial.hash(first.footer.name)
    #expect(try Array(contentsOf: again.path) == before)
  }

  @Test("a run's end goes on unchanged but for its queue")
  func end() throws {
    let trial = try HashTrial()
    let run = try #require(RunID("20261120T234408Z-7k2q"))
    var footer = TemporarySpool.footer(name: SegmentName(run: run, sequence: 9))
    footer.kind = .end
    footer.end = EndOfRun(complete: true, segments: 9, records: 100, watermark: "x", since: nil, expected: 100)
    try trial.folder.publish([], footer: footer)
    let done = try trial.hash(footer.name)
    footer.stage = .hashed
    #expect(done.footer == footer && done.lines.isEmpty)
  }
}
