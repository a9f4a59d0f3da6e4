import HTTPTypes
import JSONText
import NIOCore
import Telemetry
import Testing

@testable import VendorSimulator

@Suite(.timeLimit(.minutes(5)))
struct ETagTests {
  @Test("a page that the client has is not sent again, in either style, and a changed one is")
  func conditional() async throws {
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 50)], rules: #"{"etag":true}"#) { client in
      for path in ["/rest/cars", "/odata/cars"] {
        var client = client
        let first = try await client.get(path)
        let tag = try #require(first.headers[.eTag])
        for (given, status) in [(tag, 304), ("W/\(tag)", 304), ("\"x\", \(tag)", 304), ("*", 304), ("\"x\"", 200)] {
          client.headers[.ifNoneMatch] = given
          let again = try await client.get(path)
          #expect(again.status.code == status, "\(given)")
          #expect(again.body.readableBytes == (status == 304 ? 0 : first.body.readableBytes))
          #expect(again.headers[.eTag] == tag)
        }
        client.headers[.ifNoneMatch] = tag
        _ = try await client.post("/vendor/advance")
        let changed = try await client.get(path)
        #expect(changed.status == .ok && changed.headers[.eTag] != tag)
      }
    }
  }

  @Test("without the rule there are none")
  func none() async throws {
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 5)]) { client in
      let answer = try await client.get("/rest/cars")
      #expect(answer.headers[.eTag] == nil)
    }
  }
}
