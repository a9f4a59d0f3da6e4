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

  /// What a column's rule refuses, with what the reason has to say; each loads once the rules are mended.
  static let mendable: [(members: String, reason: String)] = [
    (#""n":"NA""#, "is no integer"), (#""n":2147483648"#, "outside the range"), (#""n":1.5"#, "is no integer"),
    (#""t":"much too long for this""#, "more than 12"), (#""t":"""#, "fewer than 1"), (#""t":"a;b""#, "does not match"),
    (#""d":"2026-02-30""#, "is no date"), (#""d":"Jan 5""#, "is no date"), (#""p":-1"#, "less than 0"),
    (#""p":"$1,250.50""#, "is no numeric"), (#""k":"old""#, "not one of"), (#""r":null"#, "is required"),
  ]

  @Test(
    "79 records of twelve kinds among 200,000 that the columns refuse are all loaded after a retry with mended columns"
  )
  func mended() async throws {
    let total = 200_000
    let load = try await SpoolLoad(
      columns: #"""
        "n": "integer", "t": {"type": "text", "min_length": 1, "max_length": 12, "pattern": "^[a-z0-9 ]*$"}, "d": "date",
        "p": {"type": "numeric", "min": 0}, "k": {"type": "text", "one_of": ["new", "used"]},
        "r": {"type": "text", "required": true}
        """#,
      table: "n integer, t text, d date, p numeric, k text, r text"
    )
    var random = SeededGenerator(seed: 6)
    var places: Set<Int> = []
    while places.count < 79 { places.insert(Int.random(in: 0..<total, using: &random)) }
    var reasons: [Int: String] = [:]
    var records = (0..<total).map { id in
      #"{"id":\#(id),"n":\#(id % 7),"t":"record \#(id % 90)","d":"2026-01-0\#(id % 9 + 1)","p":1.50,"k":"new","r":"x"}"#
    }
    for (number, id) in places.sorted().enumerated() {
      let kind = Self.mendable[number % Self.mendable.count]
      // The later of two members with one name counts.
      records[id] = "\(records[id].dropLast()),\(kind.members)}"
      reasons[id] = kind.reason
    }
    try load.publish(records)
    try await load.load()
    #expect(try load.query("SELECT count(*) FROM item") == [["\(total - 79)"]])
    let rejected = try load.rejected()
    #expect(rejected.count == 79)
    for entry in rejected {
      let id = try #require(try JSONValue(parsing: entry.text)["id"]?.integer)
      #expect(entry.reason.contains(try #require(reasons[id])), "\(entry.text): \(entry.reason)")
    }

    try load.configure(
      columns: #"""
        "n": {"type": "integer", "misfit": "null"}, "t": "text", "d": {"type": "date", "misfit": "null"},
        "p": {"type": "numeric", "format": "money"}, "k": "text", "r": {"type": "text", "default": "none"}
        """#
    )
    let again = try await load.shell("weir spool retry ALL --feed items | weir-hash - | weir-stage - | weir-merge -")
    #expect(again.status == 0, "\(again.errors)")
    #expect(try load.query("SELECT count(*), count(DISTINCT id) FROM item") == [["\(total)", "\(total)"]])
    #expect(try load.rejected().isEmpty)
    #expect(
      try load.query("SELECT count(*) FROM item WHERE p = 1250.50 OR p = -1 OR k = 'old' OR r = 'none'") != [["0"]]
    )
    // The report says what the mended rules have replaced, by column.
    let report = try await load.weir("report", "items", "--json")
    let said = try JSONValue(parsing: report.output)
    #expect(said["match"]?.integer == 0 && said["mismatch"]?.integer == 79, "\(report.output)")
    let staged = said["staged"]
    let nulled = ["n", "d"].map { staged?["columns"]?[$0]?["nulled"]?.integer ?? 0 }
    #expect(nulled == [21, 13], "\(report.output)")
  }

  /// Sizes that grow tenfold, and the records of each.
  static let growths: [(name: String, records: @Sendable (Int) -> [String])] = [
    ("tiny records", { size in (0..<(size * 10_000)).map { "{\"id\":\($0)}" } }),
    ("one long string", { [#"{"id":1,"v":"\#(String(repeating: "0123456789abcdef", count: 40_000 * $0))"}"#] }),
    (
      "one record of many fields",
      { size in
        ["{\"id\":1,\((0..<(size * 2000)).map { "\"field \($0 &* 7919 % 1_000_003)\":\($0)" }.joined(separator: ","))}"]
      }
    ),
    (
      "records of ever other fields",
      { size in
        (0..<(size * 200)).map { id in
          "{\"id\":\(id),\((0..<10).map { "\"f\(id * 10 + $0)\":1" }.joined(separator: ","))}"
        }
      }
    ),
  ]

  @Test("ten and a hundred times the data take as many times the processor, not the square", arguments: growths.indices)
  func growth(index: Int) async throws {
    let growth = Self.growths[index]
    let load = try await SpoolLoad(columns: #""v": "text""#, table: "v text")
    var times: [[Double]] = []
    for (number, size) in [1, 10, 100].enumerated() {
      try load.publish(growth.records(size), run: "2026112\(number)T000000Z-aaaa")
      var seconds: [Double] = []
      for program in ["weir-hash", "weir-stage"] {
        let done = try await load.shell("TIMEFORMAT='%U %S'; time \(program) --feed items >/dev/null 2>&1")
        let sums = done.errors.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        #expect(done.status == 0 && sums.count == 2, "\(done.errors)")
        seconds.append(sums.reduce(0, +))
      }
      times.append(seconds)
    }
    print("CPU s of hash and stage, \(growth.name), 1x 10x 100x: \(times)")
    // A start of the program takes some hundredths of a second; from there on a hundredfold is a hundredfold, with room for
    // a busy machine. The square would be ten thousand.
    for stage in 0..<2 { #expect(times[2][stage] < 0.5 + 300 * max(times[0][stage], 0.005), "\(times)") }
    for stage in 0..<2 where times[1][stage] > 0.2 { #expect(times[2][stage] < 25 * times[1][stage], "\(times)") }
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
