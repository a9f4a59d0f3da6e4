import HTTPTypes
import JSONText
import NIOCore
import Telemetry
import Testing

@testable import VendorSimulator

/// What is the same for both styles: the token, compression, state.
@Suite(.timeLimit(.minutes(5)))
struct ServerTests {
  @Test(
    "without the token every path is 401 with an error body",
    arguments: ["/odata/cars", "/rest/cars", "/odata/$metadata", "/vendor/state", "/nowhere"]
  )
  func token(path: String) async throws {
    var options = VendorServer.Options()
    options.token = Secret("right")
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 3)], options) { client in
      var client = client
      for wrong in [nil, "right", "Bearer", "Bearer wrong", "Bearer righ", "Basic right"] {
        client.headers[.authorization] = wrong
        let response = try await client.get(path)
        #expect(response.status == .unauthorized, "\(wrong ?? "none")")
        #expect(response.headers[.wwwAuthenticate] == "Bearer")
        #expect(String(buffer: response.body).hasPrefix(#"{"error":{"code":"Unauthorized","#))
      }
      client.headers[.authorization] = "Bearer right"
      #expect(try await client.get(path).status == (path == "/nowhere" ? .notFound : .ok))
    }
  }

  @Test("gzip is used when the client asks for it, and holds the same bytes", arguments: [1, 6, 9])
  func gzip(level: Int) async throws {
    var options = VendorServer.Options()
    options.gzipLevel = level
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 100)], options) { client in
      let plain = try await client.get("/rest/cars")
      #expect(plain.headers[.contentEncoding] == nil)
      var asking = client
      asking.headers[.acceptEncoding] = "deflate, gzip"
      let packed = try await asking.get("/rest/cars")
      #expect(packed.headers[.contentEncoding] == "gzip")
      #expect(packed.headers[.contentLength] == String(packed.body.readableBytes))
      #expect(packed.body.readableBytes * 3 < plain.body.readableBytes)
      #expect(try Gunzip.decompress(Array(buffer: packed.body), maxBytes: 1 << 24) == Array(buffer: plain.body))
      #expect(try await asking.get("/rest/cars?page=99").headers[.contentEncoding] == nil, "not worth it")
      asking.headers[.acceptEncoding] = "gzip;q=0, identity"
      #expect(try await asking.get("/rest/cars").headers[.contentEncoding] == nil)
    }
  }

  @Test("a level of nothing never compresses")
  func never() async throws {
    var options = VendorServer.Options()
    options.gzipLevel = 0
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 100)], options) { client in
      var client = client
      client.headers[.acceptEncoding] = "gzip"
      let response = try await client.get("/rest/cars")
      #expect(response.headers[.contentEncoding] == nil)
    }
  }

  @Test("the window of the command line holds for requests, and only for OData")
  func window() async throws {
    var options = VendorServer.Options()
    options.pageWindow = 50
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 100)], options) { client in
      let error = try await client.json("/odata/cars?$skip=40&$top=11", status: .badRequest)["error"]
      #expect(error?["message"]?.text?.contains("total exceeds 50") == true)
      _ = try await client.json("/odata/cars?$skip=40&$top=10")
      #expect(try await client.json("/rest/cars")["data"]?.elements.count == 100)
    }
  }

  @Test("state says what there is, and advance what moved")
  func control() async throws {
    let texts = [#"{"Key":1,"V":1}"# + "\n" + #"{"Key":2,"V":1}"#, #"{"Key":2,"V":2}"#]
    try await Client.serving([TextSource(snapshots: texts), CatalogueSource<Cars>(seed: 1, count: 200)]) { client in
      let before = try await client.json("/vendor/state")
      #expect(before["sets"]?["Thing"]?["records"]?.integer == 2)
      #expect(before["advances"]?.integer == 0)
      let response = try await client.post("/vendor/advance")
      let body = String(buffer: response.body)
      #expect(body.contains(#""Thing":{"new":0,"changed":1,"gone":1,"unchanged":0,"total":1}"#), "\(body)")
      #expect(body.contains(#""cars":{"new":2,"changed":10,"gone":2,"unchanged":188,"total":200}"#), "\(body)")
      let after = try await client.json("/vendor/state")
      #expect(after["sets"]?["Thing"]?["snapshot"]?.integer == 2)
      #expect(after["sets"]?["cars"]?["newest"]?.text == after["sets"]?["Thing"]?["newest"]?.text)
      #expect(try await client.get("/vendor/advance").status == .notFound, "moving time on takes a POST")
    }
  }
}
