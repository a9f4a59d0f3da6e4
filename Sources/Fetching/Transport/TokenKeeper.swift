internal import AsyncHTTPClient
internal import FoundationEssentials
internal import JSONText
internal import NIOCore
internal import NIOHTTP1
internal import PipelineConfig
internal import Telemetry

/// Keeps an OAuth2 access token, by client credentials (RFC 6749 §4.4).
///
/// It is asked for when it is first needed, again shortly before it expires, and once more when the vendor refuses it.
/// However many requests wait for one, it is asked for once.
actor TokenKeeper {
  private struct Token {
    var text: String
    var renewAt: ContinuousClock.Instant
  }

  private let settings: Source.OAuth2
  private let timeouts: Source.Timeouts
  private let client: HTTPClient
  private let secrets: KnownSecrets
  private var token: Token?
  private var asking: Task<Token, any Error>?

  /// Taken for the life of a token whose answer does not say it (RFC 6749 §5.1 only recommends to).
  private static let lifeDefault = 300
  /// A token is renewed when a tenth of its life is left, or this much.
  private static let marginMax = Duration.seconds(60)
  private static let answerByteCountMax = 64 << 10

  init(_ settings: Source.OAuth2, timeouts: Source.Timeouts, client: HTTPClient, secrets: KnownSecrets) {
    (self.settings, self.timeouts, self.client, self.secrets) = (settings, timeouts, client, secrets)
  }

  /// A token that is good for some time yet.
  ///
  /// - Throws: ``RequestFailure``, `CancellationError`.
  func current() async throws -> String {
    if let token, token.renewAt > .now { return token.text }
    if let asking { return try await Self.value(of: asking).text }
    let task = Task { try await ask() }
    asking = task
    defer { asking = nil }
    let token = try await Self.value(of: task)
    self.token = token
    return token.text
  }

  /// The vendor takes a token no more: the next that is wanted is another.
  func forget(_ refused: String) { if token?.text == refused { token = nil } }

  /// Requests are stopped all together, so the first that is stopped speaks for all that wait for the token.
  private static func value(of task: Task<Token, any Error>) async throws -> Token {
    try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  private func ask() async throws -> Token {
    // RFC 6749 §2.3.1: the pair in the header, form-encoded first.
    let pair = [settings.clientID, settings.clientSecret.reveal].map { PercentEncoding.form($0) }
    let headers: HTTPHeaders = [
      "Authorization": "Basic \(Data(pair.joined(separator: ":").utf8).base64EncodedString())",
      "Content-Type": "application/x-www-form-urlencoded",
      "Accept": "application/json",
      "User-Agent": "weir/\(WeirVersion.current)",
    ]
    let scope = settings.scope.map { "&scope=\(PercentEncoding.form($0))" } ?? ""
    let form = HTTPClient.Body.bytes(Array("grant_type=client_credentials\(scope)".utf8))
    let asked = ContinuousClock.now
    let deadline = NIODeadline.now() + TimeAmount(timeouts.whole)
    do {
      let response = try await client.answer(
        HTTPClient.Request(url: settings.tokenURL, method: .POST, headers: headers, body: form),
        deadline: deadline,
        timeouts: timeouts,
        byteCountMax: Self.answerByteCountMax
      )
      let body = Array(response.body.readableBytesView)
      let answer = try? JSONValue(parsing: body)
      guard response.status == 200, let text = answer?["access_token"]?.text, Self.isHeaderText(text) else {
        throw refusal(response.status, body)
      }
      secrets.add(text)
      let life = Duration.seconds(max(1, answer?["expires_in"]?.integer ?? Self.lifeDefault))
      return Token(text: text, renewAt: asked + life - min(life / 10, Self.marginMax))
    } catch let failure as RequestFailure where failure.isTooLarge {
      let most = "\(Self.answerByteCountMax >> 10) KiB"
      throw RequestFailure(.content, "no token from \(settings.tokenURL), an answer of more than \(most)")
    } catch {
      throw TransportFailure.classify(error, timeouts: timeouts)
    }
  }

  private func refusal(_ status: Int, _ body: [UInt8]) -> RequestFailure {
    let said = VendorMessage(secrets: secrets).text(of: body).map { ": \($0)" } ?? ""
    let isPassing = status == 429 || status >= 500
    return RequestFailure(
      isPassing ? .server : .auth,
      "no token from \(settings.tokenURL), status \(status)\(said)",
      hint: isPassing ? nil : "check client_id, client_secret and scope under the source's auth.oauth2"
    )
  }

  private static func isHeaderText(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }
}
