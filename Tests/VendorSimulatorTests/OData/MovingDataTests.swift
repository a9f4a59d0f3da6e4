import HTTPTypes
import JSONText
import Testing

@testable import VendorSimulator

/// A walk while the vendor moves on.
@Suite(.timeLimit(.minutes(5)))
struct MovingDataTests {
  @Test(
    "no record of the old set that still exists is passed over, wherever the vendor moves on",
    arguments: [nil, "ModificationTimestamp,ListingKey", "ListingContractDate"],
    [1, 2, 5]
  )
  func advance(orderBy: String?, afterPage: Int) async throws {
    let path = "/odata/Property?" + (orderBy.map { "$orderby=\($0)" } ?? "")
    try await Client.serving([Homes(seed: 11, count: 300)]) { client in
      let plain = client
      var client = client
      client.headers[try #require(.init("Prefer"))] = "odata.maxpagesize=50"
      let before = try await plain.keys()
      let pages = try await client.walk(path) { page in
        if page == afterPage { _ = try await client.post("/vendor/advance") }
      }
      let after = try await plain.keys()
      let seen = Set(pages.flatMap { $0 }.compactMap { $0.raw("ListingKey") })
      #expect(before != after)
      #expect(before.intersection(after).subtracting(seen).isEmpty)
      #expect(pages.dropLast().allSatisfy { $0.count == 50 })
    }
  }

  @Test("by stamp, a walk that the vendor overtakes also brings everything that is new")
  func newOnesToo() async throws {
    try await Client.serving([Homes(seed: 12, count: 200)]) { client in
      var client = client
      client.headers[try #require(.init("Prefer"))] = "odata.maxpagesize=30"
      let pages = try await client.walk("/odata/Media?$orderby=MediaModificationTimestamp,MediaKey") { page in
        if page == 3 || page == 6 { _ = try await client.post("/vendor/advance") }
      }
      client.headers = [:]
      let state = try await client.walk("/odata/Media")
      let last = Dictionary(pages.flatMap { $0 }.map { ($0.raw("MediaKey"), $0) }, uniquingKeysWith: { $1 })
      for record in state.flatMap({ $0 }) { #expect(last[record.raw("MediaKey")] == record) }
    }
  }
}

extension Client {
  /// The keys of all listings, whatever the size of a page.
  fileprivate func keys() async throws -> Set<String> {
    let pages = try await walk("/odata/Property?$select=ListingKey")
    return Set(pages.flatMap { $0 }.compactMap { $0.raw("ListingKey") })
  }
}
