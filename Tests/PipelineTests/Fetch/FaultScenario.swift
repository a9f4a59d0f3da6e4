import TestSupport
import Testing

/// Something that goes wrong at a vendor, and how a fetch has to end when it does.
struct FaultScenario: CustomTestStringConvertible, Sendable {
  enum Ending: Sendable {
    /// Every record is fetched by the one run.
    case arrives
    /// The run ends with one of these statuses, and says this among its words.
    case fails([Int32], String)
    /// Either of both, depending on when the fault strikes; a failure says what it was about.
    case either([Int32])
  }

  var name: String
  var dialects = VendorDialect.allCases
  /// Members of the source besides its address and credential, each with a comma behind it; in place of the usual ones.
  var source: String?
  /// The one way of signing in that this is about; nil: they take turns.
  var signIn: SignIn?
  /// Sections of the vendor's rules besides `auth` and `faults`, each with a comma behind it.
  var sections = ""
  /// In place of the vendor's address.
  var address: (@Sendable (_ vendor: String, _ otherPort: Int) -> String)?
  /// The vendor wants to be left alone for longer than the test lasts.
  var isHeld = false
  var longestRecord = 0
  /// Runs at once.
  var crowd = 6
  /// Most seeds; a near relation of another scenario has one for each dialect.
  var seeds = Int.max
  var rules: @Sendable (FaultCase) -> [String]
  var ending: @Sendable (FaultCase) -> Ending

  var testDescription: String { name }

  init(
    _ name: String,
    _ ending: Ending,
    in dialects: [VendorDialect] = VendorDialect.allCases,
    rules: @escaping @Sendable (FaultCase) -> [String]
  ) {
    (self.name, self.dialects, self.rules) = (name, dialects, rules)
    self.ending = { _ in ending }
  }

  init(
    _ name: String,
    in dialects: [VendorDialect] = VendorDialect.allCases,
    ending: @escaping @Sendable (FaultCase) -> Ending,
    rules: @escaping @Sendable (FaultCase) -> [String]
  ) {
    (self.name, self.dialects, self.rules, self.ending) = (name, dialects, rules, ending)
  }

  func with(_ change: (inout FaultScenario) -> Void) -> FaultScenario {
    var changed = self
    change(&changed)
    return changed
  }

  /// The runs sleep for most of their time, so many may be under way.
  var waiting: FaultScenario { with { $0.crowd = 25 } }

  var related: FaultScenario { with { $0.seeds = 9 } }

  /// Tries of one request, the first included.
  static let attempts = 5
  /// Time for all of them.
  static let budgetSeconds = 8.0

  /// Short waits, so that a thousand runs take a minute. A breaker that lets a burst through and still is there.
  static func settings(idle: String = "20s") -> String {
    """
    "retry": { "attempts": \(attempts), "budget": "8s", "first_delay": "8ms" },
    "breaker": { "failures": 20, "open_for": "100ms", "trial_calls": 1 },
    "timeouts": { "connect": "5s", "idle": "\(idle)", "whole": "30s" },
    """
  }

  static let all = throttled + faulty + refused + cut + strange + crooked + elsewhere
}

/// How a source signs in; the canary is what nobody else may see.
enum SignIn: String, CaseIterable, Sendable {
  case bearer
  case header
  case query
  case basic
  case oauth

  static let canary = "canary-9d41c7e2"
  /// What basic authentication makes of it: `weir:canary-9d41c7e2`.
  static let canaryInBasic = "d2VpcjpjYW5hcnktOWQ0MWM3ZTI="

  /// `auth` of a source.
  func source(vendor: String) -> String {
    switch self {
    case .bearer: #"{ "bearer": "${WEIR_CANARY}" }"#
    case .header: #"{ "api_key": { "header": "X-Api-Key", "value": "${WEIR_CANARY}" } }"#
    case .query: #"{ "api_key": { "query": "apikey", "value": "${WEIR_CANARY}" } }"#
    case .basic: #"{ "basic": { "user": "weir", "password": "${WEIR_CANARY}" } }"#
    case .oauth:
      #"{ "oauth2": { "token_url": "\#(vendor)/oauth/token", "client_id": "weir", "client_secret": "${WEIR_CANARY}" } }"#
    }
  }

  /// `auth` of the vendor's rules.
  var rule: String {
    switch self {
    case .bearer: #"{ "kind": "bearer", "token": "\#(Self.canary)" }"#
    case .header: #"{ "kind": "api_key", "key": "\#(Self.canary)", "header": "X-Api-Key" }"#
    case .query: #"{ "kind": "api_key", "key": "\#(Self.canary)", "parameter": "apikey" }"#
    case .basic: #"{ "kind": "basic", "user": "weir", "password": "\#(Self.canary)" }"#
    case .oauth: #"{ "kind": "oauth2", "client_id": "weir", "client_secret": "\#(Self.canary)" }"#
    }
  }
}
