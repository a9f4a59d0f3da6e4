internal import AsyncHTTPClient
internal import FoundationEssentials
internal import JSONText
internal import NIOCore
internal import NIOHTTP1
internal import Telemetry

/// Asks a running service.
struct ServiceClient: Sendable {
  /// `http://127.0.0.1:8787`.
  let url: String
  /// Of a key nothing is ever printed.
  private let token: Secret?
  private let tenant: String?

  /// A service answers from memory, or asks its database: longer means that it hangs.
  private static let answerMost = TimeAmount.seconds(30)
  /// The longest list is five hundred rows.
  private static let answerBytesMax = 8 << 20

  init(url: String, token: String?, tenant: String?) {
    self.url = String(url.reversed().drop { $0 == "/" }.reversed())
    self.token = token.map { Secret($0) }
    self.tenant = tenant
  }

  /// Sends a request.
  ///
  /// - Parameters:
  ///   - method: `GET`, `POST`, `PUT`.
  ///   - path: What follows `/api/v1`.
  ///   - query: Parameters that are given.
  ///   - body: JSON to send.
  /// - Returns: The answer's `data`.
  /// - Throws: ``ServiceRefusal`` when the service answers with a refusal, or not at all.
  func ask(
    _ method: String,
    _ path: String,
    query: [(String, String?)] = [],
    body: JSONValue? = nil
  ) async throws -> JSONValue {
    var address = "\(url)/api/v1\(tenant.map { "/tenants/\($0)" } ?? "")\(path)"
    let parts = query.compactMap { name, value in value.map { "\(name)=\(Self.encoded($0))" } }
    if !parts.isEmpty { address += "?" + parts.joined(separator: "&") }
    var request = HTTPClientRequest(url: address)
    request.method = .init(rawValue: method)
    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token.reveal)") }
    if let body {
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(string: body.encoded))
    }
    let (status, bytes) = try await send(request)
    let answer = try? JSONValue(parsing: bytes)
    if let data = answer?["data"], answer?["success"] == .bool(true) { return data }
    throw ServiceRefusal(
      url: url,
      status: status,
      reason: answer?["error"]?["message"]?.text
        ?? "it answered \(status) with something that is no answer of weir serve",
      next: answer?["error"]?["next"]?.text
    )
  }

  private func send(_ request: HTTPClientRequest) async throws -> (Int, [UInt8]) {
    do {
      let response = try await HTTPClient.shared.execute(request, timeout: Self.answerMost)
      let body = try await response.body.collect(upTo: Self.answerBytesMax)
      return (Int(response.status.code), Array(buffer: body))
    } catch {
      throw ServiceRefusal(
        url: url,
        status: nil,
        reason: "no service answers there: \(error)",
        next: "start one: weir serve"
      )
    }
  }

  private static func encoded(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain =
        switch byte {
        case 48...57, 65...90, 97...122, 45, 46, 95, 126: true
        default: false
        }
      return isPlain
        ? String(UnicodeScalar(byte)) : "%\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))"
    }.joined()
  }
}

/// A service did not do what it was asked.
struct ServiceRefusal: OperatorError, Equatable {
  var url: String
  /// Of the answer; nil when there was none.
  var status: Int?
  var reason: String
  var next: String?

  var message: String { "\(url): \(reason)" }
  var hint: String? { next }
  var exitStatus: ExitStatus {
    switch status {
    case nil: .unavailable
    case 400, 404, 405, 422: .usage
    case 401, 403: .permission
    case 409, 429, 503: .temporaryFailure
    default: .software
    }
  }
}

/// No service was named, and none is known.
struct NoService: OperatorError, Equatable {
  var config: String

  var message: String { "no service of \(config) has been started here" }
  var hint: String? { "start it with weir serve, or name another with --url or WEIR_URL" }
  var exitStatus: ExitStatus { .unavailable }
}
