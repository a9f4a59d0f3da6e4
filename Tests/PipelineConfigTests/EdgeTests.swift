import PipelineConfig
import SystemPackage
import TestSupport
import Testing

/// Counts and lengths that no schema keyword says alone: what is still taken, and what no more.
struct EdgeTests {
  /// Columns `c0`, `c1`, … beside the two that the good feed has.
  private static func columns(_ count: Int) -> String {
    let others = (0..<count - 2).map { ", \"c\($0)\": \"text\"" }.joined()
    return "{ \"id\": \"bigint\", \"at\": \"timestamptz\"\(others) }"
  }

  private static func key(_ count: Int) -> String {
    "[\((0..<count).map { "\"c\($0)\"" }.joined(separator: ", "))]"
  }

  @Test(
    "a table has as many columns as PostgreSQL leaves room for",
    arguments: [(2, true), (1598, true), (1599, false)]
  )
  func columnCount(count: Int, isTaken: Bool) throws {
    let paths = try Configs.problems(Configs.setting("feeds.cars.columns", to: Self.columns(count))).map(\.path)
    #expect(paths == (isTaken ? [] : ["feeds.cars.columns"]))
  }

  @Test("a key has 1 to 16 fields", arguments: [(0, false), (1, true), (16, true), (17, false)])
  func keyCount(count: Int, isTaken: Bool) throws {
    let wide = try Configs.setting("feeds.cars.columns", to: Self.columns(20))
    // The child has one field to point with, so it goes.
    let alone = try Configs.setting("feeds.parts.parent", to: nil, in: wide)
    let paths = try Configs.problems(Configs.setting("feeds.cars.key", to: Self.key(count), in: alone)).map(\.path)
    #expect(paths == (isTaken ? [] : ["feeds.cars.key"]))
  }

  @Test(
    "a key field that no column has, or that is named twice, is said where the key stands",
    arguments: [
      ("[\"vin\"]", ["feeds.cars.key"]), ("[\"vin\", \"id\", \"plate\"]", ["feeds.cars.key", "feeds.cars.key"]),
      ("[\"id\", \"id\"]", ["feeds.cars.key[1]"]), ("[\"id\", \"\"]", ["feeds.cars.key[1]"]),
      ("[\"id\", 7]", ["feeds.cars.key[1]"]), ("\"id\"", ["feeds.cars.key"]),
    ]
  )
  func keyFields(value: String, expected: [String]) throws {
    let alone = try Configs.setting("feeds.parts.parent", to: nil)
    let problems = try Configs.problems(Configs.setting("feeds.cars.key", to: value, in: alone))
    #expect(problems.map(\.path) == expected, "\(problems)")
  }

  @Test(
    "names of feeds and sources are plain and short",
    arguments: [
      ("a", true), ("0", true), ("a-b_c9", true), (String(repeating: "n", count: 48), true),
      (String(repeating: "n", count: 49), false), ("-a", false), ("_a", false), ("A", false), ("é", false),
      ("a b", false), ("a/b", false), ("", false),
    ]
  )
  func names(name: String, isTaken: Bool) throws {
    let isPlain = name.allSatisfy { $0.isLetter || $0.isNumber || "_-$".contains($0) } && !name.isEmpty
    for (member, text) in [
      ("feeds", Configs.good.replacing("\"parts\":", with: "\"\(name)\":")),
      ("sources", Configs.good.replacing("\"shop\"", with: "\"\(name)\"")),
    ] {
      let place = isPlain ? "\(member).\(name)" : "\(member)[\(name.debugDescription)]"
      let paths = try Configs.problems(text).map(\.path)
      #expect(isTaken ? paths.isEmpty : paths.contains(place), "\(paths)")
    }
  }

  @Test(
    "a base_url is an address with a host and nothing that belongs elsewhere",
    arguments: [
      ("http://h", true), ("HTTPS://H.example:443/a/b/", true), ("http://h:1", true), ("http://h:65535", true),
      ("http://[::1]:8080/odata", true), ("http://127.0.0.1:8790/%20", true), ("http://h:0", false),
      ("http://h:65536", false), ("http://h:x", false), ("http://", false), ("http:///path", false),
      ("http://[]", false), ("h.example", false), ("ftp://h", false), ("http://u:p@h", false), ("http://h?a", false),
      ("http://h/#a", false), ("http://h/a b", false), ("http://hé", false), ("http://h/{id}", false),
    ]
  )
  func address(url: String, isTaken: Bool) throws {
    let paths = try Configs.problems(Configs.setting("sources.shop.base_url", to: "\"\(url)\"")).map(\.path)
    #expect(paths == (isTaken ? [] : ["sources.shop.base_url"]))
  }

  @Test(
    "a feed's path stays below its source",
    arguments: [
      ("Property", true), ("/a/b(1)/c", true), ("a%2Fb", true), ("a..b", true), ("..", false), ("a/../b", false),
      ("https://other.example/a", false), ("a?b=1", false), ("a#b", false), ("a b", false), ("", false),
    ]
  )
  func path(path: String, isTaken: Bool) throws {
    let paths = try Configs.problems(Configs.setting("feeds.cars.path", to: "\"\(path)\"")).map(\.path)
    #expect(paths == (isTaken ? [] : ["feeds.cars.path"]))
  }

  @Test(
    "parameters that the fetch sets itself are refused in a query",
    arguments: [
      ("cars", "$filter"), ("cars", "$skiptoken"), ("parts", "page"), ("parts", "page_size"), ("parts", "after"),
    ]
  )
  func reserved(feed: String, parameter: String) throws {
    let since = try Configs.setting("feeds.parts.cursor", to: #"{ "field": "id", "since_parameter": "after" }"#)
    #expect(try Configs.problems(since).isEmpty)
    let problems = try Configs.problems(Configs.setting("feeds.\(feed).query.\(parameter)", to: "\"1\"", in: since))
    #expect(problems.map(\.path) == ["feeds.\(feed).query.\(parameter)"])
    #expect(try Configs.problems(Configs.setting("feeds.\(feed).query.kind", to: "\"1\"", in: since)).isEmpty)
  }
}
