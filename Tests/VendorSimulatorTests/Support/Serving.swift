import AsyncHTTPClient
import HTTPTypes
import JSONText
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Telemetry
import Testing

@testable import VendorSimulator

/// An answer, with its body as it came: not decompressed, no redirect followed.
struct Answer: Sendable {
  var status: HTTPResponse.Status
  var headers: HTTPFields
  var body: ByteBuffer

  var text: String { String(buffer: body) }
}

extension HTTPFields {
  /// All values of a field, by any spelling of its name.
  subscript(all name: String) -> [String] { HTTPField.Name(name).map { self[values: $0] } ?? [] }

  init(_ name: String, _ value: String) {
    self = HTTPField.Name(name).map { [$0: value] } ?? [:]
  }
}

/// A vendor behind a real socket, and a client for it.
struct Client: Sendable {
  let url: String
  let client: HTTPClient
  var headers: HTTPFields = [:]

  static func serving(
    _ sources: [any RecordSource],
    _ options: VendorServer.Options = VendorServer.Options(),
    rules: String = "{}",
    _ body: @escaping @Sendable (Client) async throws -> Void
  ) async throws {
    var options = options
    options.port = 0
    options.rules = try VendorRules(JSONValue(parsing: rules))
    let vendor = try Vendor(sources)
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let listener = try VendorServer(vendor: vendor, options: options).listener { port.yield($0) }
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.timeout.read = .seconds(60)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        // A vendor that cannot listen is waited for no longer.
        defer { port.finish() }
        try await listener.run()
      }
      var iterator = ports.makeAsyncIterator()
      let number = await iterator.next()
      if number == nil { try await group.waitForAll() }
      let url = "http://127.0.0.1:\(try #require(number))"
      try await HTTPClient.withHTTPClient(configuration: configuration) { client in
        try await body(Client(url: url, client: client))
      }
      listener.door.stop()
      try await group.waitForAll()
    }
  }

  func send(_ method: HTTPMethod, _ path: String, body: String? = nil) async throws -> Answer {
    var request = HTTPClientRequest(url: path.hasPrefix("http") ? path : url + path)
    request.method = method
    for field in headers { request.headers.add(name: field.name.rawName, value: field.value) }
    if let body { request.body = .bytes(ByteBuffer(string: body)) }
    let response = try await client.execute(request, timeout: .seconds(60))
    var fields = HTTPFields()
    for (name, value) in response.headers {
      if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
    }
    let bytes = try await response.body.collect(upTo: 1 << 30)
    return Answer(status: .init(code: Int(response.status.code)), headers: fields, body: bytes)
  }

  func get(_ path: String) async throws -> Answer { try await send(.GET, path) }

  func post(_ path: String) async throws -> Answer { try await send(.POST, path) }

  /// Changes the rules while the vendor runs.
  func rules(_ document: String) async throws {
    let answer = try await send(.PUT, "/vendor/rules", body: document)
    #expect(answer.status == .ok, "\(answer.text)")
  }

  /// A reply's JSON; the reply must have the status.
  func json(_ path: String, status: HTTPResponse.Status = .ok) async throws -> JSONValue {
    let response = try await get(path)
    #expect(response.status == status, "\(path): \(response.text)")
    return try JSONValue(parsing: response.text)
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
