internal import Telemetry

/// The kinds of failure of a request, each with its own strategy.
enum FailureKind: String, CaseIterable, Sendable {
  /// The vendor was not reached, or the connection broke.
  case network
  /// Somewhere the waiting was ended.
  case timeout
  /// The vendor asks for fewer requests: 429.
  case throttled
  /// The vendor's fault: 5xx.
  case server
  /// The request's fault: 4xx.
  case client
  /// The credential was refused: 401, 403.
  case auth
  /// The answer came whole, and is none: an error behind a 200, HTML, no JSON.
  case content
  /// The answer leads where the credential must not go, or wants what this program does not do.
  case refused

  /// Most tries that a failure of this kind is worth; nil for as many as the source's settings allow.
  ///
  /// What a gateway puts in an answer's place passes soon or not at all: three tries. A request that was wrong stays
  /// wrong.
  var attemptsMax: Int? {
    switch self {
    case .network, .timeout, .throttled, .server: nil
    case .content: 3
    case .client, .auth, .refused: 1
    }
  }

  var exitStatus: ExitStatus {
    switch self {
    case .network, .timeout, .throttled, .server: .temporaryFailure
    case .client, .content, .refused: .dataError
    case .auth: .permission
    }
  }

  /// What a person can do.
  func hint(feed: String, source: String) -> String {
    switch self {
    case .network: "is the vendor up, and sources.\(source).base_url right? then run it again"
    case .timeout: "run it again later, or give sources.\(source).timeouts more time"
    case .throttled: "run it again later, or ask less: sources.\(source).limits"
    case .server: "run it again later; if it stays, ask the vendor"
    case .client: "correct feeds.\(feed) in pipeline.json, or ask the vendor"
    case .auth: "check the credential under sources.\(source).auth and what it may read"
    case .content: "look at the address with curl; if it stays so, ask the vendor"
    case .refused: "put the address that is meant into sources.\(source).base_url"
    }
  }
}

/// Why one try of a request failed.
struct RequestFailure: Error, Equatable, Sendable {
  var kind: FailureKind
  /// What happened, in a few words; nothing secret.
  var reason: String
  /// Of the answer, when there was one and its status is why it failed.
  var status: Int?
  /// The page was larger than the vendor gives, or than this program takes: a smaller one may be asked for.
  var isTooLarge = false
  /// The vendor takes a token no more that it gave. Another is asked for when the request is repeated.
  var isTokenRefused = false
  /// What was read of the answer's body.
  var bytes = 0
  /// How long the vendor asks to be left alone.
  var retryAfter: Duration?
  /// In place of what the kind says.
  var hint: String?
  var exitStatus: ExitStatus?

  init(
    _ kind: FailureKind,
    _ reason: String,
    retryAfter: Duration? = nil,
    hint: String? = nil,
    exitStatus: ExitStatus? = nil
  ) {
    self.kind = kind
    self.reason = reason
    self.retryAfter = retryAfter
    self.hint = hint
    self.exitStatus = exitStatus
  }
}
