import Foundation
import JSONText
import Telemetry
import TestSupport
import Testing

@testable import Fetching
@testable import PipelineConfig

/// What a feed asks for.
struct FeedQueryTests {
  private static func feed(_ style: FetchTrial.Style = .odata, _ change: (inout Feed) -> Void = { _ in }) throws -> Feed
  {
    var feed = try FetchTrial("http://vendor.example/api", style: style).pipeline.feed(named: "cars")
    change(&feed)
    return feed
  }

  /// A query's parameters as the vendor reads them.
  private static func parameters(_ address: WebAddress) throws -> [[String]] {
    try #require(address.query).split(separator: "&").map { item in
      item.split(separator: "=", maxSplits: 1).map { $0.removingPercentEncoding ?? "undecodable" }
    }
  }

  struct Filter: CustomTestStringConvertible {
    var type: VersionType
    var since: String?
    var own: String?
    var expected: String?
    var testDescription: String { "\(own ?? "-") since \(since ?? "-")" }
  }

  @Test(
    "OData's filter holds the feed's own condition and what moved, each as OData writes it",
    arguments: [
      Filter(type: .timestamp, expected: nil),
      Filter(type: .timestamp, own: "a eq 1 or b eq 2", expected: "a eq 1 or b eq 2"),
      Filter(type: .timestamp, since: "2026-01-01T00:00:00.5+02:00", expected: "at gt 2026-01-01T00:00:00.5+02:00"),
      Filter(
        type: .timestamp,
        since: "2026-01-01T00:00:00Z",
        own: "a eq 'x & y' or b eq 2",
        expected: "(a eq 'x & y' or b eq 2) and at gt 2026-01-01T00:00:00Z"
      ),
      Filter(type: .integer, since: "-7", expected: "at gt -7"),
      Filter(type: .text, since: "O'Hara's", expected: "at gt 'O''Hara''s'"),
      Filter(type: .text, since: "a&$top=1#%", own: "n eq 'é+%20'", expected: "(n eq 'é+%20') and at gt 'a&$top=1#%'"),
    ]
  )
  func filter(row: Filter) throws {
    let feed = try Self.feed {
      $0.filter = row.own
      $0.cursor?.type = row.type
    }
    let parameters = try Self.parameters(FeedQuery(feed, since: row.since).odata)
    let filter = row.expected.map { [["$filter", $0]] } ?? []
    #expect(parameters == filter + [["$orderby", "at,id"], ["$count", "true"]])
  }

  @Test("pages are ordered by cursor, then by key, each field once")
  func order() throws {
    let orders = try [
      Self.feed { $0.key = ["b", "a"] }, Self.feed { $0.key = ["a", "at"] },
      Self.feed {
        $0.cursor = nil
        $0.key = ["b", "a"]
      },
    ].map { try Self.parameters(FeedQuery($0, since: nil).odata).first { $0[0] == "$orderby" }?[1] }
    #expect(orders == ["at,b,a", "at,a", "b,a"])
  }

  @Test("the feed's own parameters stand first and in the place of ours")
  func own() throws {
    let feed = try Self.feed {
      $0.query = [.init(name: "$count", value: "false"), .init(name: "api key", value: "a=b&c")]
    }
    let query = try FeedQuery(feed, since: nil)
    #expect(query.odata.text == "http://vendor.example/api/cars?$count=false&api%20key=a%3Db%26c&$orderby=at,id")
    #expect(
      query.shown(query.odata)
        == "http://vendor.example/api/cars?$count=false&api%20key=***&$orderby=at,id"
    )
  }

  @Test("page numbers begin where the vendor's do, with the beginning in front of them", arguments: [0, 1])
  func numbers(first: Int) throws {
    let feed = try Self.feed(.rest) { $0.query = [.init(name: "k", value: "v")] }
    var paging = PageNumberPaging(pageSize: 2, records: JSONPointer(member: "data"))
    paging.firstPage = first
    var paginator = Paginator(
      try FeedQuery(try Self.feed(.rest) { $0.pagination = .pageNumber(paging) }, since: "2026-01-01T00:00:00+01:00")
    )
    let request = paginator.nextRequest()
    let query = request?.address.query
    #expect(query == "since=2026-01-01T00:00:00%2B01:00&page=\(first)&page_size=2")
    #expect(try FeedQuery(feed, since: nil).page(3, of: paging).query == "k=v&page=3&page_size=2")
  }

  @Test("a configuration that gives no address is told so")
  func unusable() throws {
    let filtered = try Self.feed { $0.query = [.init(name: "$filter", value: "a eq 1")] }
    let nowhere = try Self.feed { $0.source.baseURL = "http://us er@host" }
    for (feed, word) in [(filtered, "feeds.cars.filter"), (nowhere, "sources.shop.base_url")] {
      let error = #expect(throws: FetchError.self) { try FeedQuery(feed, since: nil) }
      #expect(error?.exitStatus == .config && error?.hint?.contains(word) == true)
    }
  }

  @Test(
    "what is written into a query is read back as it was, and ends no parameter",
    arguments: 0..<200 as Range<UInt64>
  )
  func component(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let alphabet = Array("ab09 %&=+#?/\\\"'$()@:;,é😀\u{0}\n\u{7F}")
    let text = String((0..<20).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] })
    let written = PercentEncoding.component(text)
    #expect(written.removingPercentEncoding == text)
    #expect(
      !written.contains { "&=+#? \"<>\\@;".contains($0) } && written.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    )
    let repaired = PercentEncoding.repaired(text.utf8)
    #expect(PercentEncoding.repaired(repaired.utf8) == repaired, "what was repaired is left alone")
  }
}
