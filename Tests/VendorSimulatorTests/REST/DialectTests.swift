import HTTPTypes
import JSONText
import NIOCore
import NIOHTTP1
import Testing

@testable import VendorSimulator

/// The REST dialects over a socket.
@Suite(.timeLimit(.minutes(5)))
struct DialectTests {
  static let paths: [(RESTDialect.Style, String)] = [
    (.page, "rest"), (.offset, "offset"), (.cursor, "cursor"), (.nextURL, "next"), (.nextHeader, "next-header"),
    (.link, "link"), (.hasMore, "has-more"),
  ]

  private static let sizes = [
    "page": "page_size", "next_url": "page_size", "next_header": "page_size", "link": "page_size",
  ]

  private static func walk(_ client: Client, _ style: RESTDialect.Style, _ path: String, size: Int) -> DialectWalk {
    DialectWalk(client: client, path: path, style: style, query: "\(sizes[style.rawValue] ?? "limit")=\(size)")
  }

  @Test(
    "walked by its own means, every style gives each record once, and says where it ends",
    arguments: RESTDialect.Style.allCases,
    [1, 7, 20, 61]
  )
  func everyStyle(style: RESTDialect.Style, size: Int) async throws {
    let path = try #require(Self.paths.first { $0.0 == style }?.1)
    try await Client.serving([CatalogueSource<Cars>(seed: 5, count: 60)]) { client in
      let pages = try await Self.walk(client, style, "/\(path)/cars", size: size).pages()
      #expect(Array(pages.joined()) == (1...60).map { 40_000_000 + $0 })
      #expect(pages.allSatisfy { $0.count <= size })
      let counts = style == .page || style == .offset
      #expect(pages.count == (60 + size - 1) / size + (counts ? 1 : 0))
    }
  }

  @Test(
    "links lead to the next page whatever of the address they state and however they are written",
    arguments: ["next_url", "next_header", "link"],
    ["absolute", "path", "query"]
  )
  func links(style: String, target: String) async throws {
    for form in style == "link" ? ["plain", "rich", "separate"] : [""] {
      let extra = form.isEmpty ? "" : #","link_form":"\#(form)""#
      let rules = #"{"dialects":{"/v2/used/cars":{"style":"\#(style)","links":"\#(target)"\#(extra)}}}"#
      try await Client.serving([CatalogueSource<Cars>(seed: 5, count: 60)], rules: rules) { client in
        let kind = try #require(RESTDialect.Style(rawValue: style))
        let pages = try await Self.walk(client, kind, "/v2/used/cars", size: 25).pages()
        #expect(pages.map(\.count) == [25, 25, 10], "\(form)")
      }
    }
  }

  @Test("links may count pages or offsets instead of carrying a token", arguments: ["page", "offset", "last_key"])
  func walks(walk: String) async throws {
    let rules = #"{"dialects":{"/v2/cars":{"style":"link","walk":"\#(walk)"}}}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 5, count: 60)], rules: rules) { client in
      let first = try await client.get("/v2/cars?page_size=25")
      let parameter = ["page": "page=2", "offset": "offset=25", "last_key": "starting_after=40000025"][walk] ?? ""
      #expect(first.headers[all: "Link"].first?.contains("page_size=25&\(parameter)>") == true)
      #expect(first.headers[all: "X-Total"] == ["60"])
      #expect(try await Self.walk(client, .link, "/v2/cars", size: 25).pages().map(\.count) == [25, 25, 10])
    }
  }

  @Test("records, totals, tokens and parameters are where the rules put them, and other sets keep their own dialect")
  func places() async throws {
    let rules = """
      {"dialects":{"/api/{set}":{"style":"cursor","records":"/result/items","total":"/meta/paging/total",
        "next":"/meta/paging/next","cursor_parameter":"from","size_parameter":"n","constants":{"status":"ok"}},
        "/rest/cars":{"style":"offset","set":"cars","records":"","size_parameter":"take","offset_parameter":"skip"}}}
      """
    try await Client.serving(
      [CatalogueSource<Cars>(seed: 5, count: 10), CatalogueSource<Hotels>(seed: 5, count: 4)],
      rules: rules
    ) { client in
      let page = try await client.json("/api/cars?n=4")
      #expect(page["status"]?.text == "ok")
      #expect(page["result"]?["items"]?.elements.count == 4)
      #expect(page["meta"]?["paging"]?["total"]?.integer == 10)
      let token = try #require(page["meta"]?["paging"]?["next"]?.text)
      let next = try await client.json("/api/cars?n=4&from=\(token)")
      #expect(next["result"]?["items"]?.elements.first?["id"]?.integer == 40_000_005)
      #expect(try await client.json("/rest/cars?take=3&skip=9").elements.map { $0["id"]?.integer } == [40_000_010])
      #expect(try await client.json("/rest/hotels?page=1")["data"]?.elements.count == 4)
    }
  }

  @Test("what changed since then comes in either order, with the very instant or without")
  func since() async throws {
    let rules = """
      {"dialects":{"/a/cars":{"style":"cursor","order":"stamp","since_parameter":"changed"},
        "/b/cars":{"style":"has_more","order":"stamp","since_parameter":"changed","since_inclusive":true}}}
      """
    try await Client.serving([CatalogueSource<Cars>(seed: 6, count: 300)], rules: rules) { client in
      let stamps =
        try await client.json("/a/cars?limit=300")["data"]?.elements.compactMap { $0["updated_at"]?.text } ?? []
      #expect(stamps.count == 300 && stamps == stamps.sorted())
      let middle = stamps[149]
      let after = try await client.json("/a/cars?limit=300&changed=\(middle)")["data"]?.elements.count
      let from = try await client.json("/b/cars?limit=300&changed=\(middle)")["data"]?.elements.count
      #expect(after == stamps.count { $0 > middle })
      #expect(from == stamps.count { $0 >= middle })
      let walk = DialectWalk(client: client, path: "/b/cars", style: .hasMore, query: "limit=40&changed=\(middle)")
      #expect(try await walk.pages().joined().count == from)
    }
  }

  @Test(
    "a walk by token or last key over moving data repeats nothing and misses nothing that stays",
    arguments: [
      RESTDialect.Style.cursor, .nextURL, .nextHeader, .link, .hasMore,
    ]
  )
  func moving(style: RESTDialect.Style) async throws {
    let path = try #require(Self.paths.first { $0.0 == style }?.1)
    try await Client.serving([CatalogueSource<Cars>(seed: 9, count: 200)]) { client in
      @Sendable func ids() async throws -> Set<Int> {
        Set(try await client.json("/rest/cars?page_size=1000")["data"]?.elements.compactMap { $0["id"]?.integer } ?? [])
      }
      let before = try await ids()
      let walk = Self.walk(client, style, "/\(path)/cars", size: 20)
      let pages = try await walk.pages { page in
        if page <= 3 { _ = try await client.post("/vendor/advance") }
      }
      #expect(pages.count > 3)
      let seen = Array(pages.joined())
      let after = try await ids()
      #expect(Set(seen).count == seen.count && seen == seen.sorted())
      #expect(before.intersection(after).isSubset(of: seen))
    }
  }

  @Test(
    "a mistake in the rules is refused with the name of the member, and nothing changes",
    arguments: [
      (#"{"dialects":{"/a":{"stile":"link"}}}"#, "dialects./a.stile"),
      (#"{"dialects":{"/a":{"style":"pages"}}}"#, "dialects./a.style"),
      (#"{"dialects":{"a":{}}}"#, "dialects.a"), (#"{"dialects":{"/a":{"records":"x"}}}"#, "dialects./a.records"),
      (#"{"dialects":{"/a":{"page_size":0}}}"#, "dialects./a.page_size"), (#"{"colours":1}"#, "colours"),
      (#"{"auth":{"kind":"api_key","key":"k"}}"#, "auth.key"),
      (#"{"auth":{"kind":"basic","user":"u"}}"#, "auth.password"),
      ("[]", "object"), ("{", "JSON"),
    ]
  )
  func mistakes(document: String, words: String) async throws {
    try await Client.serving([CatalogueSource<Cars>(seed: 6, count: 3)], rules: #"{"dialects":{"/k":{}}}"#) { client in
      let answer = try await client.send(.PUT, "/vendor/rules", body: document)
      #expect(answer.status == .badRequest)
      #expect(answer.text.contains(words), "\(answer.text)")
      #expect(try await client.get("/vendor/rules").text == #"{"dialects":{"/k":{}}}"#)
    }
  }

  @Test("a page size beyond the largest is refused, or with page_size_capped cut")
  func largest() async throws {
    let rules = #"{"dialects":{"/a/cars":{"page_size_max":50},"/b/cars":{"page_size_max":50,"page_size_capped":true}}}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 6, count: 90)], rules: rules) { client in
      let refused = try await client.get("/a/cars?page_size=51")
      #expect(refused.status == .badRequest)
      #expect(try await client.json("/a/cars")["data"]?.elements.count == 50)
      #expect(try await client.json("/b/cars?page_size=5000")["data"]?.elements.count == 50)
    }
  }
}
