import HTTPTypes
import JSONText
import NIOCore
import Telemetry
import Testing

@testable import VendorSimulator

/// What is particular about some OData vendors.
@Suite(.timeLimit(.minutes(5)))
struct ODataSettingsTests {
  @Test("$top as the size of a page does not end the walk, and the vendor's cap holds whatever is asked")
  func top() async throws {
    let rules = #"{"odata":{"top_is_page_size":true,"page_size_max":25}}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 100)], rules: rules) { client in
      let tens = try await client.walk("/odata/cars?$top=10")
      #expect(tens.map(\.count) == Array(repeating: 10, count: 10))
      let capped = try await client.walk("/odata/cars?$top=90")
      #expect(capped.map(\.count) == [25, 25, 25, 25])
      let silent = try await client.walk("/odata/cars")
      #expect(silent.map(\.count) == [25, 25, 25, 25])
    }
  }

  @Test("the record window ends as the rules say", arguments: ODataSettings.WindowEnd.allCases)
  func window(end: ODataSettings.WindowEnd) async throws {
    let rules = #"{"odata":{"page_size":20,"window":50,"window_end":"\#(end.rawValue)"}}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 100)], rules: rules) { client in
      var counts: [Int] = []
      var link: String? = "/odata/cars"
      for _ in 0..<3 {
        let page = try await client.json(try #require(link))
        counts.append(page["value"]?.elements.count ?? -1)
        link = page["@odata.nextLink"]?.text
      }
      #expect(counts == [20, 20, 10])
      guard end != .silent else { return #expect(link == nil) }
      let beyond = try await client.get(try #require(link))
      #expect(beyond.status.code == (end == .error ? 400 : 200))
      #expect(beyond.text.contains(end == .error ? "total exceeds 50" : "Error getting data!"))
    }
  }

  @Test("links without the root, and no count, when the rules say so")
  func links() async throws {
    let rules = #"{"odata":{"page_size":60,"relative_links":true,"count":false}}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 100)], rules: rules) { client in
      let page = try await client.json("/odata/cars?$count=true&$orderby=price%20desc")
      #expect(page["@odata.count"] == nil)
      let link = try #require(page["@odata.nextLink"]?.text)
      #expect(link.hasPrefix("cars?$count=true&$orderby=price%20desc&$skiptoken="))
      let last = try await client.json("/odata/\(link)")
      #expect(last["value"]?.elements.count == 40 && last["@odata.nextLink"] == nil)
    }
  }

  @Test(
    "the vendor's clock goes wrong by as much as it is told, in every moment that it names",
    arguments: [-600, 600]
  )
  func clock(skew: Int64) async throws {
    let rules = """
      {"clock_skew":\(skew),"limits":{"per_hour":1,"window":"fixed","headers":["x-ratelimit"],"reset":"epoch",
       "retry_after":"date"}}
      """
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 1)], rules: rules) { client in
      let before = Moment.now().microseconds / 1_000_000
      _ = try await client.get("/rest/cars")
      let answer = try await client.get("/rest/cars")
      let dates = (before + skew...before + skew + 60).map { HTTPDate.text(of: Stamp(milliseconds: $0 * 1000)) }
      #expect(dates.contains(answer.headers[.date] ?? ""))
      guard answer.status.code == 429 else { return }  // the hour has just begun anew
      let reset = try #require(answer.headers[all: "X-RateLimit-Reset"].first.flatMap { Int64($0) })
      // A full hour of the true clock, named by the wrong one.
      #expect(((reset - skew) % 3600 + 3600) % 3600 <= 1)
      #expect(answer.headers[.retryAfter]?.hasSuffix("GMT") == true)
    }
  }

  @Test("an answer can be given word for word")
  func answer() async throws {
    let rules = #"{"faults":[{"do":{"kind":"answer","text":"{\"data\":[{},{}]}","headers":{"X-A":"b"}}}]}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 1)], rules: rules) { client in
      let answer = try await client.get("/rest/cars")
      #expect(answer.status == .ok && answer.text == #"{"data":[{},{}]}"# && answer.headers[all: "X-A"] == ["b"])
    }
  }
}
