import JSONText
import NIOCore
import Testing

@testable import VendorSimulator

/// The page-numbered style over a socket.
@Suite(.timeLimit(.minutes(5)))
struct RESTServiceTests {
  @Test(
    "pages of any size are together the whole set by key, each with the total",
    arguments: [1, 7, 100, 230, 231, 1000]
  )
  func pages(pageSize: Int) async throws {
    try await Client.serving([CatalogueSource<Cars>(seed: 5, count: 230)]) { client in
      var ids: [Int] = []
      var page = 1
      while true {
        let answer = try await client.json("/rest/cars?page=\(page)&page_size=\(pageSize)")
        #expect(answer["total"]?.integer == 230)
        #expect(answer["page"]?.integer == page)
        #expect(answer["page_size"]?.integer == pageSize)
        let records = answer["data"]?.elements ?? []
        if records.isEmpty { break }
        ids += records.compactMap { $0["id"]?.integer }
        page += 1
      }
      #expect(ids == (0..<230).map { 40_000_001 + $0 })
      #expect(page - 1 == (230 + pageSize - 1) / pageSize)
    }
  }

  @Test("a page far beyond the end is empty, and a client that says nothing gets the first 100")
  func edges() async throws {
    try await Client.serving([CatalogueSource<Cars>(seed: 5, count: 230)]) { client in
      #expect(try await client.json("/rest/cars?page=\(Int.max)&page_size=5000")["data"]?.elements.isEmpty == true)
      let first = try await client.json("/rest/cars")
      #expect(first["data"]?.elements.count == 100)
      #expect(try await client.json("/odata/cars?$top=100")["value"] == first["data"], "both styles serve the same")
    }
  }

  @Test("updated_since brings what changed after that instant and nothing else")
  func updatedSince() async throws {
    try await Client.serving([CatalogueSource<Cars>(seed: 6, count: 400)]) { client in
      let before = try await client.json("/rest/cars?page_size=1000")["data"]?.elements ?? []
      let newest = before.compactMap { $0["updated_at"]?.text }.max() ?? ""
      #expect(try await client.json("/rest/cars?updated_since=\(newest)")["total"]?.integer == 0)

      _ = try await client.post("/vendor/advance")
      let moved = try await client.json("/rest/cars?page_size=10&updated_since=\(newest)")
      #expect(moved["total"]?.integer == 20 + 4)
      var records: [String?: String] = [:]
      for record in before { records[record.raw("id")] = record.raw("mileage") }
      for page in 1...3 {
        let data = try await client.json("/rest/cars?page_size=10&page=\(page)&updated_since=\(newest)")["data"]
        for record in data?.elements ?? [] {
          #expect(record.raw("mileage") != records[record.raw("id")])
          #expect(record["updated_at"]?.text ?? "" > newest)
        }
      }
      let offset = "2020-01-01T00:00:00+05:00".escaped
      #expect(try await client.json("/rest/cars?updated_since=\(offset)")["total"]?.integer == 400)
    }
  }
}
