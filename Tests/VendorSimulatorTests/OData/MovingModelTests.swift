import HTTPTypes
import JSONText
import NIOCore
import TestSupport
import Testing

@testable import VendorSimulator

/// A walk over data that moves, page for page beside the plainest thing that a link to the next page can mean.
@Suite(.timeLimit(.minutes(5)))
struct MovingModelTests {
  private struct Record: Equatable {
    var key: String
    var price: Int
    var stamp: String

    init(_ record: JSONValue) throws {
      key = try #require(record["Key"]?.text)
      price = try #require(record["Price"]?.integer)
      stamp = try #require(record["Stamp"]?.text)
    }
  }

  private struct Order: Sendable, CustomTestStringConvertible {
    var query: String
    var precedes: @Sendable (Record, Record) -> Bool
    var testDescription: String { query.isEmpty ? "by key" : query }
  }

  private static let orders = [
    Order(query: "") { $0.key < $1.key },
    Order(query: "$orderby=Stamp,Key") { ($0.stamp, $0.key) < ($1.stamp, $1.key) },
    Order(query: "$orderby=Stamp%20desc") { ($1.stamp, $0.key) < ($0.stamp, $1.key) },
    Order(query: "$orderby=Price%20desc,Key") { ($1.price, $0.key) < ($0.price, $1.key) },
  ]

  /// Snapshots in which half of the records come, go or change.
  private static func snapshots(using random: inout TestSupport.SeededGenerator) -> [String] {
    (0..<12).map { _ in
      let keys = (10..<70).filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
      return keys.map { key in
        let price = Int.random(in: 0..<4, using: &random) == 0 ? Int.random(in: 0..<9, using: &random) : key % 9
        return #"{"Key":"k\#(key)","Price":\#(price)}"#
      }.joined(separator: "\n")
    }
  }

  @Test(
    "a page brings what follows the last record sent, as the data is now; what stays in its place comes once",
    arguments: orders,
    0..<8 as Range<UInt64>
  )
  private func model(order: Order, seed: UInt64) async throws {
    var random = TestSupport.SeededGenerator(seed: seed)
    let source = TextSource(snapshots: Self.snapshots(using: &random))
    let pageSize = Int.random(in: 3...9, using: &random)
    let moves = Set((0..<6).map { _ in Int.random(in: 1...9, using: &random) })
    try await Client.serving([source]) { client in
      var walker = client
      walker.headers[try #require(.init("Prefer"))] = "odata.maxpagesize=\(pageSize)"
      func now() async throws -> [Record] {
        try await client.json("/odata/Thing")["value"]?.elements.map { try Record($0) }.sorted(by: order.precedes) ?? []
      }
      var states = [try await now()]
      var expected: [(page: [Record], hasMore: Bool)] = []
      func expect(after last: Record?) {
        let rest = (states.last ?? []).filter { record in last.map { order.precedes($0, record) } ?? true }
        expected.append((Array(rest.prefix(pageSize)), rest.count > pageSize))
      }
      expect(after: nil)
      let pages = try await walker.walk("/odata/Thing?\(order.query)") { page in
        if moves.contains(page) {
          _ = try await client.post("/vendor/advance")
          states.append(try await now())
        }
        expect(after: expected.last?.page.last)
      }.map { try $0.map { try Record($0) } }
      #expect(states.count > 1 && pages.count > 2)
      #expect(pages == expected.prefix(pages.count).map(\.page))
      #expect(expected.prefix(pages.count).map(\.hasMore) == Array(repeating: true, count: pages.count - 1) + [false])

      let seen = pages.flatMap { $0 }
      for record in states[0] where states.allSatisfy({ $0.contains(record) }) {
        #expect(seen.count { $0 == record } == 1, "\(record) never moved")
      }
    }
  }

  @Test("by stamp, a record that changes behind or before the walk is seen at its new place, as it is there")
  func byStamp() async throws {
    let first = (0..<9).map { #"{"Key":"k\#($0)","Price":0}"# }
    let client = TextSource(snapshots: [first.joined(separator: "\n")])
    try await Client.serving([client]) { client in
      let keys = try await client.walk("/odata/Thing?$orderby=Stamp").flatMap { $0 }.compactMap { $0["Key"]?.text }
      // One that was sent, one that was not yet, one that goes; and one that is new.
      let (sent, waiting, gone) = (keys[1], keys[5], keys[7])
      let second = first.filter { !$0.contains(gone) }.map { line in
        line.contains(sent) || line.contains(waiting) ? line.replacing("\"Price\":0", with: "\"Price\":1") : line
      }
      let both = [first, second + [#"{"Key":"new","Price":2}"#]].map { $0.joined(separator: "\n") }
      try await Client.serving([TextSource(snapshots: both)]) { client in
        var walker = client
        walker.headers[try #require(.init("Prefer"))] = "odata.maxpagesize=3"
        let pages = try await walker.walk("/odata/Thing?$orderby=Stamp") { page in
          if page == 1 { _ = try await client.post("/vendor/advance") }
        }
        let moved = [sent, waiting].sorted().map { "\($0)=1" } + ["new=2"]
        let still = keys.filter { ![waiting, gone].contains($0) }.map { "\($0)=0" }
        #expect(pages.flatMap { $0 }.map { "\($0["Key"]?.text ?? "")=\($0.raw("Price") ?? "")" } == still + moved)
      }
    }
  }

  @Test("the record window holds for a whole walk, also when records that were sent are gone")
  func window() async throws {
    func snapshot(_ numbers: Range<Int>) -> String {
      numbers.map { #"{"Key":"k\#($0)","Price":0}"# }.joined(separator: "\n")
    }
    var options = VendorServer.Options()
    options.pageWindow = 10
    let source = TextSource(snapshots: [snapshot(100..<130), snapshot(104..<130), snapshot(107..<130)])
    try await Client.serving([source], options) { client in
      var walker = client
      walker.headers[try #require(.init("Prefer"))] = "odata.maxpagesize=4"
      var (next, keys): (String?, [String]) = ("/odata/Thing", [])
      while let path = next {
        let response = try await walker.get(path)
        let page = try JSONValue(parsing: String(buffer: response.body))
        keys += page["value"]?.elements.compactMap { $0["Key"]?.text } ?? []
        next = page["@odata.nextLink"]?.text.map { String($0.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }) }
        if response.status == .badRequest {
          #expect(page["error"]?["message"]?.text == "The requested total exceeds 10.")
        }
        _ = try await client.post("/vendor/advance")
      }
      #expect(keys == (100..<110).map { "k\($0)" })
    }
  }
}
