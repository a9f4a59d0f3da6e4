internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import PipelineConfig
internal import SystemPackage
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
  ///
  /// - Throws: ``FetchError`` when the certificates that are to be trusted cannot be read.
  init(_ source: Source, origin: Origin, messages: VendorMessage, feed: String) throws(FetchError) {
    var configuration = HTTPClient.Configuration()
    // AsyncHTTPClient takes Authorization off a redirect to another origin, and leaves other headers on.
    configuration.redirectConfiguration = .disallow
    // Answers come compressed and are unpacked where they are taken in: see AnswerBody.
    configuration.decompression = .disabled
    configuration.httpVersion = .automatic
    // Nobody traces, and telling nobody took 2.4 % of all the time of fetch.
    configuration.tracing.tracer = nil
    configuration.timeout.connect = TimeAmount(source.timeouts.connect)
    configuration.timeout.read = TimeAmount(source.timeouts.idle)
    configuration.timeout.write = TimeAmount(source.timeouts.idle)
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = source.limits.concurrency
    // Trying again is decided in one place, and this is not it.
    configuration.connectionPool.retryConnectionEstablishment = false
    // One loop: an answer that is on its way changes threads once, to whoever waits for it.
    let loop = MultiThreadedEventLoopGroup.singleton.any()
    configuration.tlsConfiguration = try Self.trust(source, feed: feed)
    client = HTTPClient(eventLoopGroupProvider: .shared(loop), configuration: configuration)
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

  /// Fetches one address, whole; `preferences` goes into the header `Prefer`, and `known` is the tag of an answer that need
  /// not come again: the response then has status 304 and no body. `redirected` is called before each further request that a
  /// redirect asks for.
  ///
  /// - Throws: ``RequestFailure``, `CancellationError`.
  func get(
    _ address: WebAddress,
    preferences: String? = nil,
    known: String? = nil,
    redirected: () async throws -> Void = {}
  ) async throws -> VendorResponse {
    let asked = [("Prefer", preferences), ("If-None-Match", known)].compactMap { name, value in value.map { (name, $0) }
    }
    guard let tokens else { return try await get(address, asked, credential, redirected) }
    let token = try await tokens.current()
    do { return try await get(address, asked, Credential(bearer: token), redirected) } catch let refused
      as RequestFailure
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
    _ asked: [(String, String)],
    _ credential: Credential,
    _ redirected: () async throws -> Void
  ) async throws -> VendorResponse {
    var headers = credential.added(to: headers)
    for (name, value) in asked { headers.add(name: name, value: value) }
    var address = address
    for hop in 0...Self.redirectsMax {
      if hop > 0 { try await redirected() }
      // Of each hop: waiting for a turn is not the vendor's time.
      let deadline = NIODeadline.now() + TimeAmount(source.timeouts.whole)
      let response = try await send(credential.added(to: address), headers, deadline: deadline)
      guard let target = try redirect(response, from: address) else {
        // Who did not ask whether anything changed is not answered by "no".
        let mayBeKnown = headers.contains(name: "If-None-Match")
        return try checked(response, from: address, mayBeKnown: mayBeKnown)
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
  /// Whose word counts for who a vendor is: by default those that the machine trusts. Name and certificate are checked either way.
  private static func trust(_ source: Source, feed: String) throws(FetchError) -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    // RFC 8996 forbids what is older.
    configuration.minimumTLSVersion = .tlsv12
    guard let file = source.tls.caFile else { return configuration }
    do {
      let certificates = try NIOSSLCertificate.fromPEMFile(file.string)
      configuration.trustRoots = .certificates(certificates)
    } catch {
      throw FetchError(
        feed: feed,
        message: "no certificates can be read from \(file)",
        hint: "name a file of certificates in PEM: sources.\(source.name).tls.ca_file",
        exitStatus: .config
      )
    }
    return configuration
  }

  /// One hop.
  private func send(_ address: WebAddress, _ headers: HTTPHeaders, deadline: NIODeadline) async throws -> Answer {
    precondition(address.origin == origin, "links and redirects elsewhere were refused before")
    let request: HTTPClient.Request
    do { request = try HTTPClient.Request(url: address.text, headers: headers) } catch {
      throw TransportFailure.classify(error, timeouts: source.timeouts)
    }
    return try await client.answer(request, deadline: deadline, timeouts: source.timeouts)
  }

  /// Where the answer sends the request; nil when it is an answer.
  private func redirect(_ response: Answer, from address: WebAddress) throws -> WebAddress? {
    guard [301, 302, 303, 307, 308].contains(response.status) else { return nil }
    guard let location = response.headers.first(name: "Location") else {
      throw RequestFailure(.content, "a redirect to nowhere: status \(response.status) without Location")
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

  /// The answer as one that is wanted; the failure that it is otherwise.
  private func checked(_ answer: Answer, from address: WebAddress, mayBeKnown: Bool) throws -> VendorResponse {
    guard answer.isSuccess || (answer.status == 304 && mayBeKnown) else {
      let message = messages.text(of: Array(answer.body.readableBytesView))
      var failure = StatusFailure.classify(answer, message: message, source: source)
      failure.bytes = answer.body.readableBytes
      throw failure
    }
    return VendorResponse(address: address, status: answer.status, headers: answer.headers, body: answer.body)
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
  /// The answer is the one that was known.
  var isKnown: Bool { status == 304 }
}
