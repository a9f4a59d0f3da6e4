import JSONText
import PipelineConfig
import SystemPackage
import TestSupport
import Testing

@testable import Merging

/// What is found at the ends of a line is what parsing it finds.
struct LineEndsTests {
  private static func feed(_ columns: [(name: String, type: String)], keys: Int) throws -> Feed {
    let list = columns.map { "\"\($0.name)\": \"\($0.type)\"" }.joined(separator: ", ")
    let key = columns.prefix(keys).map { "\"\($0.name)\"" }.joined(separator: ", ")
    let json = """
      { "database": { "url": "postgresql:///x" }, "sources": { "s": { "base_url": "http://127.0.0.1" } },
        "feeds": { "f": { "source": "s", "path": "p", "pagination": { "kind": "odata", "page_size": 10 }, "key": [\(key)],
          "table": "t", "columns": { \(list) } } } }
      """
    return try Pipeline(json: Array(json.utf8), directory: FilePath("/tmp"), environment: [:]).feeds[0]
  }

  private static func rows(_ feed: Feed, _ ends: LineEnds?) -> CopyRows {
    let names = feed.keyColumns.map(\.name) + [TargetTable.hashColumn, TargetTable.versionColumn]
    return CopyRows(narrow: names.map { CopyRows.Column($0, isKey: true) }, ends: ends)
  }

  private static func text(_ rows: borrowing CopyRows) -> String {
    rows.bytes.withBytes { bytes in String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self) }
  }

  /// A value that looks like something else, or an ordinary one; as JSON.
  private static func value(_ random: inout SeededGenerator) -> String {
    let texts = [
      "", "a", "é", "\"", "\\", "\t", "\",\"data_hash\":\"x", "\"}", "{\"id\":7,", "\u{1}", "1", "null", ",", ":\"",
    ]
    let joined = (0..<Int.random(in: 1...3, using: &random)).map { _ in texts.randomElement(using: &random) ?? "" }
    switch Int.random(in: 0..<6, using: &random) {
    case 0: return "null"
    case 1: return "\(Int64.random(in: -5000...5000, using: &random))"
    case 2: return "1.5e3"
    case 3: return #"{"data_hash":"inner","data_version":"inner"}"#
    default: return JSONValue.string(joined.joined()).encoded
    }
  }

  @Test(
    "key, hash and version are those of the whole line, whatever stands between",
    arguments: 0..<40 as Range<UInt64>
  )
  func same(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let keys = Int.random(in: 1...3, using: &random)
    let isNumber = keys == 1 && Bool.random(using: &random)
    let columns = (0..<keys + 2).map { (name: "c\($0)", type: $0 == 0 && isNumber ? "bigint" : "text") }
    let feed = try Self.feed(columns, keys: keys)
    let ends = try #require(LineEnds(for: feed))
    var (least, most) = (Int64.max, Int64.min)
    var fast = Self.rows(feed, ends)
    var slow = Self.rows(feed, nil)
    for number in 1...200 {
      var members = columns.enumerated().map { index, column in
        let key = isNumber ? "\(Int64.random(in: -900...900, using: &random))" : Self.value(&random)
        if index == 0, isNumber, let value = Int64(key) { (least, most) = (min(least, value), max(most, value)) }
        return "\"\(column.name)\":\(index < keys ? key : Self.value(&random))"
      }
      let hash = isNumber ? JSONValue.string("h\(number)").encoded : Self.value(&random)
      members += ["\"data_hash\":\(hash)", "\"data_version\":\(isNumber ? "\"v 1\"" : Self.value(&random))"]
      let line = "{\(members.joined(separator: ","))}"
      try fast.append(Array(line.utf8).span, number: number)
      try slow.append(Array(line.utf8).span, number: number)
    }
    #expect(Self.text(fast) == Self.text(slow), "seed \(seed)")
    #expect(fast.range == (isNumber ? least...most : nil), "seed \(seed)")
  }

  @Test("a range is not claimed where a key was no plain number, or a line had to be parsed")
  func ranges() throws {
    let feed = try Self.feed([("id", "bigint"), ("name", "text")], keys: 1)
    let line = { (id: String, hash: String) in
      Array("{\"id\":\(id),\"name\":\"n\",\"data_hash\":\(hash),\"data_version\":\"1\"}".utf8)
    }
    for (id, hash) in [("1.0", "\"h\""), ("\"7\"", "\"h\""), ("5", "null"), ("9223372036854775807", "\"h\"")] {
      var rows = Self.rows(feed, LineEnds(for: feed))
      try rows.append(line("3", "\"h\"").span, number: 1)
      #expect(rows.range == 3...3)
      try rows.append(line(id, hash).span, number: 2)
      #expect(rows.range == (id == "\"7\"" ? 3...7 : nil), "\(id)")
    }
  }

  @Test(
    "keys ascend as long as each is greater than all before it",
    arguments: [[1], [1, 2, 9], [-3, 0, 4]],
    [true, false]
  )
  func ascending(keys: [Int], once: Bool) throws {
    let feed = try Self.feed([("id", "bigint"), ("name", "text")], keys: 1)
    var rows = Self.rows(feed, LineEnds(for: feed))
    #expect(rows.range == nil)
    for id in once ? keys : keys + [keys[0]] {
      let line = Array("{\"id\":\(id),\"name\":\"n\",\"data_hash\":\"h\",\"data_version\":\"1\"}".utf8)
      try rows.append(line.span, number: 1)
    }
    let isAscending = rows.isAscending
    #expect(isAscending == once)
    #expect(rows.range == Int64(keys[0])...Int64(keys[keys.count - 1]))
  }

  @Test("where the keys are not the first columns every line is parsed")
  func elsewhere() throws {
    let json = try Self.feed([("id", "bigint"), ("name", "text")], keys: 1)
    var feed = json
    feed.keyColumns = [json.columns[1]]
    #expect(LineEnds(for: feed) == nil)
  }
}
