internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPCompression
internal import PipelineConfig
internal import Telemetry

/// Asks one vendor over HTTP.
///
/// Every hop, redirects included, goes through one function, which sends nothing to another origin than the source's
/// own.
struct VendorClient: Sendable {
  private let client: HTTPClient
  private let source: Source
  private let origin: Origin
  private let headers: HTTPHeaders
  private let messages: VendorMessage
  private let credential: Credential
  private let tokens: TokenKeeper?

  /// Most redirects of one request; on one origin there is rarely a second.
  private static let redirectsMax = 3

  /// `origin` is that of the source's base address.
  init(_ source: Source, origin: Origin, messages: VendorMessage) {
    var configuration = HTTPClient.Configuration()
    // AsyncHTTPClient takes Authorization off a redirect to another origin, and leaves other headers on.
    configuration.redirectConfiguration = .disallow
    // One read of a bomb may hold a thousand times its size, so the bound has to hold while it is unpacked.
    configuration.decompression = .enabled(limit: .size(ResponseBody.byteCountMax))
    configuration.httpVersion = .automatic
    configuration.timeout.connect = TimeAmount(source.timeouts.connect)
    configuration.timeout.read = TimeAmount(source.timeouts.idle)
    configuration.timeout.write = TimeAmount(source.timeouts.idle)
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = source.limits.concurrency
    // Trying again is decided in one place, and this is not it.
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    self.source = source
    self.origin = origin
    self.messages = messages

    headers = [
      "Accept": "application/json",
      "Accept-Encoding": "gzip",
      "User-Agent": "weir/\(WeirVersion.current)",
    ]
    credential = Credential(source.auth)
    if case .oauth2(let settings) = source.auth {
      tokens = TokenKeeper(settings, timeouts: source.timeouts, client: client, secrets: messages.secrets)
    } else {
      tokens = nil
    }
  }

  /// Fetches one address, whole; `preferences` goes into the header `Prefer`.
  ///
  /// - Throws: ``RequestFailure``, `CancellationError`.
  func get(_ address: WebAddress, preferences: String? = nil) async throws -> VendorResponse {
    guard let tokens else { return try await get(address, preferences, credential) }
    let token = try await tokens.current()
    do { return try await get(address, preferences, Credential(bearer: token)) } catch let refused as RequestFailure
      where refused.status == 401
    {
      // Tokens end before their time when the vendor wants it so.
      await tokens.forget(token)
      var failure = refused
      failure.isTokenRefused = true
      throw failure
    }
  }

  private func get(
    _ address: WebAddress,
    _ preferences: String?,
    _ credential: Credential
  ) async throws -> VendorResponse {
    let deadline = NIODeadline.now() + TimeAmount(source.timeouts.whole)
    var headers = credential.added(to: headers)
    if let preferences { headers.add(name: "Prefer", value: preferences) }
    var address = address
    for _ in 0...Self.redirectsMax {
      let response = try await send(credential.added(to: address), headers, deadline: deadline)
      guard let target = try redirect(response, from: address) else {
        return try await read(response, from: address, deadline: deadline)
      }
      address = target
    }
    throw RequestFailure(.refused, "more than \(Self.redirectsMax) redirects")
  }

  /// Ends all connections. The client is of no use afterwards.
  func shutdown() async {
    // What it could throw is that it was shut down before.
    try? await client.shutdown()
  }
}

extension VendorClient {
  /// One hop.
  private func send(
    _ address: WebAddress,
    _ headers: HTTPHeaders,
    deadline: NIODeadline
  ) async throws -> HTTPClientResponse {
    precondition(address.origin == origin, "links and redirects elsewhere were refused before")
    var request = HTTPClientRequest(url: address.text)
    request.headers = headers
    do { return try await client.execute(request, deadline: deadline) } catch {
      throw TransportFailure.classify(error, timeouts: source.timeouts)
    }
  }

  /// Where the answer sends the request; nil when it is an answer.
  private func redirect(_ response: HTTPClientResponse, from address: WebAddress) throws -> WebAddress? {
    guard [301, 302, 303, 307, 308].contains(response.status.code) else { return nil }
    guard let location = response.headers.first(name: "Location") else {
      throw RequestFailure(.content, "a redirect to nowhere: status \(response.status.code) without Location")
    }
    let target: WebAddress
    do throws(WebAddressProblem) { target = try address.resolving(location) } catch {
      throw RequestFailure(.refused, "a redirect that cannot be followed: \(error)")
    }
    guard target.origin == origin else {
      throw RequestFailure(.refused, "a redirect to \(target.origin.text), which was not followed")
    }
    return target
  }

  private func read(
    _ response: HTTPClientResponse,
    from address: WebAddress,
    deadline: NIODeadline
  ) async throws -> VendorResponse {
    var reader = ResponseBody(response, deadline: deadline, idle: TimeAmount(source.timeouts.idle))
    do {
      guard (200...299).contains(response.status.code) else {
        let text = await reader.beginning()
        throw StatusFailure.classify(response, message: messages.text(of: text), source: source)
      }
      let body = try await reader.whole()
      return VendorResponse(
        address: address,
        status: Int(response.status.code),
        headers: response.headers,
        body: body
      )
    } catch {
      let reason = TransportFailure.classify(error, timeouts: source.timeouts)
      guard var failure = reason as? RequestFailure else { throw reason }
      failure.bytes = reader.byteCount
      throw failure
    }
  }
}

/// An answer that came whole.
struct VendorResponse: Sendable {
  /// Where it was found, after redirects.
  var address: WebAddress
  var status: Int
  var headers: HTTPHeaders
  var body: ByteBuffer

  var contentType: String? { headers.first(name: "Content-Type") }
  /// The vendor's clock, as it wrote it.
  var date: String? { headers.first(name: "Date") }
}
