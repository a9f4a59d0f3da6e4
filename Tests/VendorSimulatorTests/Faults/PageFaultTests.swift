import HTTPTypes
import JSONText
import NIOCore
import NIOHTTP1
import Telemetry
import Testing

@testable import VendorSimulator

/// Faults that a page has in itself.
@Suite(.timeLimit(.minutes(5)))
struct PageFaultTests {
  private static func rules(_ page: String, _ rest: String = "") -> String {
    #"{"faults":[{\#(rest)"do":{"kind":"page",\#(page)}}]}"#
  }

  private static func ids(_ pages: [[JSONValue]]) -> [Int] { pages.joined().compactMap { $0["id"]?.integer } }

  @Test(
    "short and empty pages that are not the last lose nothing on the way",
    // Pages that are all empty would never end.
    arguments: [(0, 2), (0, 3), (1, 1), (1, 2), (1, 3), (3, 1), (3, 2), (3, 3)]
  )
  func short(records: Int, every: Int) async throws {
    let rules = Self.rules(#""records":\#(records)"#, #""every":\#(every),"#)
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 40)], rules: rules) { client in
      var small = client
      small.headers = HTTPFields("Prefer", "odata.maxpagesize=7")
      let odata = try await small.walk("/odata/cars?$orderby=updated_at&$top=38&page=1")
      #expect(Set(Self.ids(odata)).count == 38 && Self.ids(odata).count == 38)
      #expect(odata.contains { $0.count == records })
      for (style, path) in DialectTests.paths where style != .page && style != .offset && style != .hasMore {
        let size = style == .cursor ? "limit" : "page_size"
        let walk = DialectWalk(client: client, path: "/\(path)/cars", style: style, query: "\(size)=7")
        let pages = try await walk.pages()
        #expect(pages.joined().elementsEqual((1...40).map { 40_000_000 + $0 }), "\(style)")
        #expect(pages.contains { $0.count == records }, "\(style)")
      }
    }
  }

  @Test("a repeated page shows the page before once more")
  func repeated() async throws {
    let rules = Self.rules(#""repeats":true"#, #""on":2,"#)
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 30)], rules: rules) { client in
      let walk = DialectWalk(client: client, path: "/link/cars", style: .link, query: "page_size=10")
      let pages = try await walk.pages()
      #expect(pages.count == 3 && pages[0] == pages[1] && pages[2] == (21...30).map { 40_000_000 + $0 })
    }
  }

  @Test(
    "links lead where they should not",
    arguments: [
      ("own", #""link":"own""#), ("first", #""link":"first""#), ("missing", #""link":"missing""#),
      ("relative", #""link":"relative""#),
      ("foreign", #""link":"foreign","to":{"host":"localhost","user":"a:b","scheme":"https","port":1}"#),
    ]
  )
  func links(kind: String, page: String) async throws {
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 30)], rules: Self.rules(page, #""on":[2,4],"#)) {
      client in
      let authority = client.url.dropFirst("http://".count)
      for base in ["/odata/cars", "/next/cars"] {
        let isOData = base == "/odata/cars"
        var client = client
        if isOData { client.headers = HTTPFields("Prefer", "odata.maxpagesize=10") }
        let first = try await client.json(isOData ? base : "\(base)?page_size=10")
        let name = isOData ? "@odata.nextLink" : "next"
        let second = try #require(first[name]?.text)
        #expect(second.hasPrefix(client.url))
        let link = try await client.json(second)[name]?.text
        switch kind {
        case "own": #expect(link == second)
        case "first": #expect(link?.contains(isOData ? "skiptoken" : "cursor") == false && link != nil)
        case "missing": #expect(link == nil)
        case "relative": #expect(link?.hasPrefix(isOData ? "cars?" : "?") == true)
        default: #expect(link?.hasPrefix("https://a:b@localhost:1\(base)?") == true, "\(link ?? "") \(authority)")
        }
      }
    }
  }

  @Test("a vendor that always has a link goes on with empty pages for ever")
  func endless() async throws {
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 15)], rules: Self.rules(#""link":"always""#)) {
      client in
      for (base, name) in [("/odata/cars", "@odata.nextLink"), ("/next/cars?page_size=10", "next")] {
        var url = base
        var counts: [Int] = []
        var seen: Set<String> = []
        for _ in 0..<6 {
          let page = try await client.json(url)
          counts.append((page["value"] ?? page["data"])?.elements.count ?? -1)
          url = try #require(page[name]?.text)
          seen.insert(url)
        }
        #expect(counts.reduce(0, +) == 15 && counts.suffix(4) == [0, 0, 0, 0])
        #expect(seen.count == 6, "every link is another")
      }
    }
  }

  @Test("counts lie by as much as they are told", arguments: [0.99, 1.01, 0.0])
  func counts(factor: Double) async throws {
    let rules = Self.rules(#""total_factor":\#(factor)"#)
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 200)], rules: rules) { client in
      let expected = Int((200 * factor).rounded())
      let odata = try await client.json("/odata/cars?$count=true")
      #expect(odata["@odata.count"]?.integer == expected && odata["value"]?.elements.count == 200)
      let rest = try await client.json("/rest/cars")
      #expect(rest["total"]?.integer == expected)
    }
  }

  @Test("records change, come and go between two pages, with the stamps they are given")
  func edits() async throws {
    let rules = """
      {"faults":[{"when":{"path":"/odata/cars"},"on":2,"do":{"kind":"edit","edit":{"set":"cars",
        "change":{"keys":["40000001"],"with":{"price":"1.5","extra":true}},
        "add":{"count":2,"stamp":"2023-01-01T00:00:00.000Z"},"delete":{"count":1,"at":5}}}}]}
      """
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 40)], rules: rules) { client in
      let before = try await client.json("/rest/cars")["data"]?.elements ?? []
      var walking = client
      walking.headers = HTTPFields("Prefer", "odata.maxpagesize=10")
      _ = try await walking.walk("/odata/cars?$orderby=updated_at")
      let after = try await client.json("/rest/cars")["data"]?.elements ?? []
      #expect(after.count == 41)
      #expect(!after.contains { $0["id"]?.integer == 40_000_006 })
      #expect(after.suffix(2).compactMap { $0["id"]?.integer } == [40_000_041, 40_000_042])
      #expect(after.suffix(2).allSatisfy { $0["updated_at"]?.text == "2023-01-01T00:00:00.000Z" })
      #expect(after[0]["price"]?.text == "1.5" && after[0]["extra"] == .bool(true))
      #expect(after[0]["updated_at"]?.text ?? "" > "2026")
      #expect(after[1] == before[1])
    }
  }

  @Test("one stamp for everything, as a vendor has it after a bulk change")
  func tie() async throws {
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 300)]) { client in
      let edit = #"{"set":"cars","stamp_all":"2024-05-01T00:00:00.000Z"}"#
      #expect(try await client.send(.POST, "/vendor/edit", body: edit).status == .ok)
      let stamps = try await client.json("/rest/cars?page_size=300")["data"]?.elements.compactMap {
        $0["updated_at"]?.text
      }
      #expect(stamps?.count == 300 && Set(stamps ?? []) == ["2024-05-01T00:00:00.000Z"])
      let walked = try await client.walk(
        "/odata/cars?$orderby=updated_at&$filter=updated_at%20ge%202024-05-01T00:00:00Z"
      )
      #expect(Self.ids(walked).count == 300)
      let wrong = try await client.send(.POST, "/vendor/edit", body: #"{"set":"boats"}"#)
      #expect(wrong.status == .badRequest && wrong.text.contains("boats"))
    }
  }
}
