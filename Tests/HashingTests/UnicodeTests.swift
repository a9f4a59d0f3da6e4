import JSONText
import Spool
import TestSupport
import Testing

/// Text that PostgreSQL cannot hold, where the feed has it cleaned.
struct UnicodeTests {
  @Test(
    "what cannot be held becomes U+FFFD, deep inside and in names too, and the rest stays as it is written",
    arguments: [
      (#""a":"x\u0000y""#, #""a":"x�y""#), (#""a":{"b\u0000":[["\u0000"]]}"#, #""a":{"b�":[["�"]]}"#),
      (#""a":"\ud83d""#, #""a":"�""#), (#""a":"\ud83d\ud83d\ude00""#, #""a":"�\ud83d\ude00""#),
      (#""\ude00":1"#, #""�":1"#), (#""a":"\ud83dx\n""#, #""a":"�x\n""#),
      (#""a":"\\u0000""#, nil), (#""a":"\u00e9\\ud83d""#, nil), (#""a":"\ud83d\ude00""#, nil), (#""a":1.50"#, nil),
    ] as [(String, String?)]
  )
  func cleaned(member: String, expected: String?) throws {
    let trial = try HashTrial(cursor: nil, settings: #""unicode":"clean""#)
    let done = try trial.hash(["{\"id\":1,\(member)}", #"{"id":2}"#])
    #expect(done.rejected.isEmpty && done.counts["cleaned"] == (expected == nil ? 0 : 1))
    let record = try JSONValue(parsing: "{\"id\":1,\(expected ?? member)}").encoded
    #expect(done.field("record").first == record)
  }

  @Test("bytes that are no UTF-8 are replaced; what is no JSON stays none")
  func bytes() throws {
    let trial = try HashTrial(cursor: nil, settings: #""unicode":"clean""#)
    let name = SegmentName(run: try #require(RunID("20261120T234408Z-7k2q")), sequence: 0)
    var writer = try SegmentWriter(queue: trial.folder.spool.queue(.fetched, feed: "cars"), name: name)
    let bad = Array(#"{"id":1,"t":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
    for line in [bad, Array(#"{"id":2,"t":"\ud83d}"#.utf8), Array(#"{"id":3,"t":"\u+000\ud83d"}"#.utf8)] {
      try writer.append(line: line.span)
    }
    _ = try writer.publish(footer: TemporarySpool.footer(name: name, fetched: 3))
    let done = try trial.hash(name)
    #expect(done.lines.map { $0["record"]?["t"]?.text } == ["\u{FFFD}("])
    #expect(done.rejected.count == 2 && done.counts["cleaned"] == 1)
  }
}
