import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JSONText
import NIOCore
import Telemetry
import Testing

@testable import VendorSimulator

/// A vendor behind a real socket, and a client for it.
struct Client {
  let client: any TestClientProtocol
  var headers: HTTPFields = [:]

  static func serving(
    _ sources: [any RecordSource],
    _ options: VendorServer.Options = VendorServer.Options(),
    _ body: @escaping @Sendable (Client) async throws -> Void
  ) async throws {
    let vendor = try Vendor(sources)
    let application = VendorServer(vendor: vendor, options: options).application { _ in }
    try await application.test(.live) { try await body(Client(client: $0)) }
  }

  func get(_ path: String) async throws -> TestResponse {
    try await client.execute(uri: path, method: .get, headers: headers, body: nil)
  }

  func post(_ path: String) async throws -> TestResponse {
    try await client.execute(uri: path, method: .post, headers: headers, body: nil)
  }

  /// A reply's JSON; the reply must have the status.
  func json(_ path: String, status: HTTPResponse.Status = .ok) async throws -> JSONValue {
    let response = try await get(path)
    #expect(response.status == status, "\(path): \(String(buffer: response.body))")
    return try JSONValue(parsing: String(buffer: response.body))
  }

  /// Follows links from `path` to the end and returns the records of each page.
  func walk(_ path: String, afterPage: (Int) async throws -> Void = { _ in }) async throws -> [[JSONValue]] {
    var pages: [[JSONValue]] = []
    var next: String? = path
    while let path = next {
      let page = try await json(path)
      pages.append(page["value"]?.elements ?? [])
      next = page["@odata.nextLink"]?.text.map { link in String(link.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" })
      }
      try await afterPage(pages.count)
      try #require(pages.count < 10_000, "the walk does not end")
    }
    return pages
  }
}

extension JSONValue {
  var elements: [JSONValue] {
    if case .array(let elements) = self { elements } else { [] }
  }

  /// A field as written, for comparing.
  func raw(_ name: String) -> String? { self[name]?.encoded }
}

extension String {
  /// As a value in a URL's query.
  var escaped: String {
    utf8.map { byte in
      let isPlain = (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
      return isPlain ? String(UnicodeScalar(byte)) : "%" + String(Int(byte) + 0x100, radix: 16).suffix(2)
    }.joined()
  }
}
