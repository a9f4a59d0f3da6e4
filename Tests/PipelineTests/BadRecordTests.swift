import Foundation
import JSONText
import Spool
import TestSupport
import Testing

/// A few bad records among many good ones, and records of unusual sizes.
@Suite(.postgres, .timeLimit(.minutes(5)))
struct BadRecordTests {
  /// A spoiled record of each kind, with what the reason has to say. `ID` is the record's number.
  static let kinds: [(record: String, reason: String)] = [
    (#"{"id":ID,"n":1"#, "not_json"), (#"{"id":ID,"t":"\ud83d"}"#, "bad_unicode"), (#"[ID]"#, "not_an_object"),
    (#"{"n":ID}"#, "no_key"), (#"{"id":[ID]}"#, "no_key"), (#"{"id":ID,"n":"NA"}"#, "is no integer"),
    (#"{"id":ID,"n":2147483648}"#, "outside the range"), (#"{"id":ID,"t":"a\u0000"}"#, "NUL"),
    (#"{"id":ID,"d":"2026-02-30"}"#, "is no date"), (#"{"id":ID,"t":"much too long for this"}"#, "more than 12"),
    (#"{"id":ID,"k":"old"}"#, "not one of"), (#"{"id":ID,"p":-1}"#, "less than 0"),
  ]

  @Test("79 bad records of twelve kinds among 200,000 are put aside, each with its reason, and the rest is loaded")
  func among() async throws {
    let total = 200_000
    let load = try await SpoolLoad(
      columns: #"""
        "n": "integer", "t": {"type": "text", "max_length": 12}, "d": "date", "p": {"type": "numeric", "min": 0},
        "k": {"type": "text", "one_of": ["new", "used"]}
        """#,
      table: "n integer, t text, d date, p numeric, k text"
    )
    var random = SeededGenerator(seed: 79)
    var places: Set<Int> = []
    while places.count < 79 { places.insert(Int.random(in: 0..<total, using: &random)) }
    var reasons: [String: String] = [:]
    var records = (0..<total).map { id in
      #"{"id":\#(id),"n":\#(id % 7),"t":"record \#(id % 90)","d":"2026-01-0\#(id % 9 + 1)","p":1.50,"k":"new"}"#
    }
    for (number, id) in places.sorted().enumerated() {
      let kind = Self.kinds[number % Self.kinds.count]
      records[id] = kind.record.replacing("ID", with: "\(id)")
      reasons[records[id]] = kind.reason
    }
    try load.publish(records)
    try await load.load()
    #expect(try load.query("SELECT count(*) FROM item") == [["\(total - 79)"]])
    let rejected = try load.rejected()
    #expect(Set(rejected.map(\.text)) == Set(reasons.keys))
    for entry in rejected {
      #expect(entry.reason.contains(try #require(reasons[entry.text])), "\(entry.text): \(entry.reason)")
    }
  }

  @Test("one record of 64 MB and a million tiny ones keep within their memory")
  func sizes() async throws {
    let load = try await SpoolLoad(columns: #""v": "text""#, table: "v text")
    try load.publish([#"{"id":1,"v":"\#(String(repeating: "0123456789abcdef", count: 4 << 20))"}"#])
    // The record stands in the reader's buffer, in the parser, in the canonical form and in the line, each with room to grow.
    let large = try await peaks(load)
    #expect(large.allSatisfy { $0 < 640 << 20 }, "\(large)")
    // Each row and each identity of a segment is remembered until its end: a million of them, not their bytes again and again.
    try load.publish((0..<1_000_000).map { "{\"id\":\($0)}" }, run: "20261121T000000Z-aaaa")
    let tiny = try await peaks(load)
    #expect(tiny.allSatisfy { $0 < 512 << 20 }, "\(tiny)")
    print(
      "peak MiB of hash and stage: 64 MB record \(large.map { $0 >> 20 }), a million records \(tiny.map { $0 >> 20 })"
    )
  }

  /// Works off what is ready and returns the most memory that hash and stage took, in bytes.
  private func peaks(_ load: SpoolLoad) async throws -> [Int] {
    var peaks: [Int] = []
    for program in ["weir-hash", "weir-stage"] {
      let done = try await load.shell("\(program) --feed items --log-format json 2>&1 >/dev/null")
      #expect(done.status == 0, "\(done.output)")
      let last = try #require(done.lines.last { $0.contains("finished") }, "\(done.output)")
      let event = try JSONValue(parsing: last)
      peaks.append(try #require((event["peakBytes"] ?? event["peak_bytes"])?.integer, "\(last)"))
    }
    return peaks
  }
}
