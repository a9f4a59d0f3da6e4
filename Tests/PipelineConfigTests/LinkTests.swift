import PipelineConfig
import TestSupport
import Testing

/// Feeds that hang together: parents and children, and feeds that share a table.
struct LinkTests {
  /// A feed of its own table with the key `id` and a field for its parent's.
  private static func feed(
    _ name: String,
    parent: String? = nil,
    table: String? = nil,
    key: String = #"["id"]"#,
    columns: String = #"{ "id": "bigint", "up": "bigint" }"#,
    further: String = ""
  ) -> String {
    let link = parent.map { #", "parent": { "feed": "\#($0)", "field": "up" }"# } ?? ""
    return """
      "\(name)": { "source": "shop", "path": "x", "pagination": { "kind": "odata", "page_size": 1 }, "key": \(key),
        "table": "\(table ?? name)", "columns": \(columns)\(link)\(further) }
      """
  }

  private static func config(_ feeds: [String]) -> String {
    #"{ "sources": { "shop": { "base_url": "http://h" } }, "feeds": { \#(feeds.joined(separator: ", ")) } }"#
  }

  private static func paths(_ feeds: [String]) throws -> [String] { try Configs.problems(config(feeds)).map(\.path) }

  @Test(
    "tables that wait for one another are said once for each circle, at the feed that stands first",
    arguments: [
      ([("a", "a")], ["feeds.a.parent.feed"]), ([("a", "b"), ("b", "a")], ["feeds.a.parent.feed"]),
      ([("x", "a"), ("a", "b"), ("b", "c"), ("c", "a")], ["feeds.a.parent.feed"]),
      ([("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")], ["feeds.a.parent.feed", "feeds.c.parent.feed"]),
      ([("a", "b"), ("b", "c"), ("c", nil)], []),
    ] as [([(String, String?)], [String])]
  )
  func circles(links: [(String, String?)], expected: [String]) throws {
    let problems = try Configs.problems(Self.config(links.map { Self.feed($0.0, parent: $0.1) }))
    #expect(problems.map(\.path) == expected, "\(problems)")
    #expect(problems.allSatisfy { $0.message.contains("circle") && $0.message.contains("→") })
  }

  @Test("a circle is one of tables: two feeds into one table make it as well")
  func circleOfTables() throws {
    let feeds = [
      Self.feed("a", table: "t"), Self.feed("b", parent: "c", table: "t"), Self.feed("c", parent: "a", table: "u"),
    ]
    #expect(try Self.paths(feeds) == ["feeds.b.parent.feed"])
  }

  @Test("a circle does not show a table's name that the environment gave")
  func circleFromEnvironment() throws {
    let feeds = [Self.feed("a", parent: "b", table: "${TOKEN}"), Self.feed("b", parent: "a")]
    let problems = try Configs.problems(Self.config(feeds))
    #expect(problems.map(\.path) == ["feeds.a.parent.feed"])
    #expect(problems.allSatisfy { !$0.message.contains(Configs.canary) && $0.message.contains("the table of \"a\"") })
  }

  @Test("a parent is a feed that there is, and the near one is suggested")
  func unknownParent() throws {
    let problems = try Configs.problems(Self.config([Self.feed("media"), Self.feed("rooms", parent: "medai")]))
    #expect(problems.map(\.path) == ["feeds.rooms.parent.feed"])
    #expect(problems.first?.message.contains("did you mean \"media\"?") == true)
  }

  @Test("a parent has a key of one field")
  func wideKey() throws {
    let feeds = [Self.feed("a", key: #"["id", "up"]"#), Self.feed("b", parent: "a")]
    #expect(try Self.paths(feeds) == ["feeds.b.parent.feed"])
  }

  @Test(
    "a child's field has the type of its parent's key",
    arguments: [("bigint", []), ("integer", ["feeds.b.parent.field"]), ("text", ["feeds.b.parent.field"])]
  )
  func types(type: String, expected: [String]) throws {
    let child = Self.feed("b", parent: "a", columns: #"{ "id": "bigint", "up": "\#(type)" }"#)
    #expect(try Self.paths([Self.feed("a"), child]) == expected)
  }

  @Test("a child's field is one that it has a column for, and may be read from anywhere under another name")
  func field() throws {
    let none = Self.feed("b", parent: "a", columns: #"{ "id": "bigint" }"#)
    #expect(try Self.paths([Self.feed("a"), none]) == ["feeds.b.parent.field"])
    let renamed = Self.feed(
      "b",
      parent: "a",
      columns: #"{ "id": "bigint", "owner": { "type": "bigint", "from": "/up" } }"#
    )
    let pipeline = try Configs.read(Self.config([Self.feed("a"), renamed]))
    #expect(try pipeline.feed(named: "b").parent?.column.name == "owner")
  }

  @Test("a parent that is wrong itself gives its child no problem of its own")
  func wrongParent() throws {
    let feeds = [Self.feed("a", key: #"["none"]"#), Self.feed("b", parent: "a")]
    #expect(try Self.paths(feeds) == ["feeds.a.key"])
  }

  @Test(
    "a mistake elsewhere in a feed, or in its source, does not hide one in its key or its parent",
    arguments: [
      ("sources.shop.base_url", "\"ftp://h\""), ("feeds.parts.source", "\"shpo\""), ("feeds.parts.path", "\"..\""),
      ("feeds.parts.pagination.kind", "\"pages\""), ("feeds.parts.pagination.page_size", "0"),
    ]
  )
  func hidden(path: String, value: String) throws {
    let child = try Configs.setting("feeds.parts.parent.feed", to: "\"cras\"")
    let both = try Configs.setting(path, to: value, in: child)
    #expect(try Set(Configs.problems(both).map(\.path)) == [path, "feeds.parts.parent.feed"])
    let key = try Configs.setting("feeds.parts.key", to: #"["no"]"#, in: both)
    #expect(try Set(Configs.problems(key).map(\.path)) == [path, "feeds.parts.key"])
  }

  @Test("feeds into one table agree about its key and its columns")
  func sharedTable() throws {
    let other = Self.feed(
      "b",
      table: "a",
      key: #"["up"]"#,
      columns: #"{ "id": "text", "up": "bigint", "own": "text" }"#
    )
    #expect(try Self.paths([Self.feed("a"), other]) == ["feeds.b.key", "feeds.b.columns.id"])
    #expect(try Self.paths([Self.feed("a"), Self.feed("b", table: "a")]).isEmpty)
  }

  @Test(
    "feeds into one table agree about what becomes of deleted rows and what is kept of each",
    arguments: [
      (#", "deletions": { "action": "mark" }"#, "feeds.b.deletions"),
      (#", "track": { "last_synced": true }"#, "feeds.b.track"),
    ]
  )
  func sharedRows(further: String, path: String) throws {
    let (plain, own) = (Self.feed("b", table: "a"), Self.feed("b", table: "a", further: further))
    #expect(try Self.paths([Self.feed("a"), own]) == [path])
    #expect(try Self.paths([Self.feed("a", further: further), plain]) == [path])
    #expect(try Self.paths([Self.feed("a", further: further), own]).isEmpty)
  }

  @Test("parents come before children however the file has them", arguments: [1, 2, 3, 4, 5] as [UInt64])
  func order(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let links = ["a": nil, "b": "a", "c": "b", "d": "b", "e": nil, "f": "e"] as [String: String?]
    let names = links.keys.sorted().shuffled(using: &random)
    let pipeline = try Configs.read(Self.config(names.map { Self.feed($0, parent: links[$0] ?? nil) }))
    let order = pipeline.feedsInOrder.map(\.name)
    #expect(order.sorted() == links.keys.sorted(), "seed \(seed): \(order)")
    for (child, parent) in links {
      guard let parent, let first = order.firstIndex(of: parent), let later = order.firstIndex(of: child) else {
        continue
      }
      #expect(first < later, "seed \(seed): \(order)")
    }
  }
}
