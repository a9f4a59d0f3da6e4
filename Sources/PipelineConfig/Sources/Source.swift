internal import SystemPackage

/// A vendor: where it is, how to sign in, and how much it may be asked.
public struct Source: Sendable {
  public var name: String
  /// `https://host[:port]/path` without a final slash; no user, no query.
  public var baseURL: String
  public var auth = Auth.none
  public var limits = Limits()
  public var retry = Retry()
  public var breaker = Breaker()
  public var timeouts = Timeouts()
  public var tls = TLS()

  /// How often and how long one request is tried again.
  public struct Retry: Equatable, Sendable {
    /// Tries in all, the first included.
    public var attempts = 6
    /// Time for all tries of one request together.
    public var budget = Duration.seconds(600)
    /// Upper bound of the first wait; each later one doubles it.
    public var firstDelay = Duration.milliseconds(500)
  }

  /// When a source that fails is left alone, by all programs that ask it.
  public struct Breaker: Equatable, Sendable {
    /// Failures in a row that open it.
    public var failures = 5
    /// How long nothing is asked then.
    public var openFor = Duration.seconds(30)
    /// Requests that must succeed, afterwards, before all are let through again.
    public var trialCalls = 3
  }

  /// When waiting ends.
  public struct Timeouts: Equatable, Sendable {
    public var connect = Duration.seconds(10)
    /// Longest time without a byte.
    public var idle = Duration.seconds(60)
    /// One request, from its first byte to the answer's last.
    public var whole = Duration.seconds(300)
  }
}

extension Source {
  /// Paths start from `directory`.
  static func read(_ name: String, _ value: ConfigValue, in directory: FilePath) -> Source? {
    PlainName.check(name, value, of: "source")
    guard let object = value.object() else { return nil }
    let baseURL = object.required("base_url").flatMap { $0.baseURL() }
    let auth = object["auth"].map { Auth.read($0) } ?? Auth.none
    let limits = object["limits"].map { Limits.read($0) } ?? Limits()
    let retry = object["retry"].map { Retry.read($0) } ?? Retry()
    let breaker = object["breaker"].map { Breaker.read($0) } ?? Breaker()
    let timeouts = object["timeouts"].map { Timeouts.read($0) } ?? Timeouts()
    let tls = object["tls"].map { TLS.read($0, in: directory) } ?? TLS()
    if let baseURL, !baseURL.hasPrefix("https:") {
      object["tls"]?.problem("is for https; the source's base_url is not")
    }
    object.reportUnknown()
    guard let baseURL, let auth else { return nil }
    return Source(
      name: name,
      baseURL: baseURL,
      auth: auth,
      limits: limits,
      retry: retry,
      breaker: breaker,
      timeouts: timeouts,
      tls: tls
    )
  }
}

extension Source.Retry {
  static let attemptsBounds = 1...100

  fileprivate static func read(_ value: ConfigValue) -> Self {
    var retry = Self()
    guard let object = value.object() else { return retry }
    if let given = object["attempts"]?.integer(in: attemptsBounds, "attempts") { retry.attempts = given }
    if let given = object["budget"]?.duration(in: .seconds(1) ... .seconds(86_400)) { retry.budget = given }
    if let given = object["first_delay"]?.duration(in: .milliseconds(1) ... .seconds(60)) { retry.firstDelay = given }
    object.reportUnknown()
    return retry
  }
}

extension Source.Breaker {
  fileprivate static func read(_ value: ConfigValue) -> Self {
    var breaker = Self()
    guard let object = value.object() else { return breaker }
    if let given = object["failures"]?.integer(in: 1...1000, "failures") { breaker.failures = given }
    if let given = object["open_for"]?.duration(in: .milliseconds(100) ... .seconds(3600)) { breaker.openFor = given }
    if let given = object["trial_calls"]?.integer(in: 1...100, "trial calls") { breaker.trialCalls = given }
    object.reportUnknown()
    return breaker
  }
}

extension Source.Timeouts {
  fileprivate static func read(_ value: ConfigValue) -> Self {
    var timeouts = Self()
    guard let object = value.object() else { return timeouts }
    if let given = object["connect"]?.duration(in: .milliseconds(100) ... .seconds(120)) { timeouts.connect = given }
    if let given = object["idle"]?.duration(in: .milliseconds(100) ... .seconds(3600)) { timeouts.idle = given }
    if let given = object["whole"]?.duration(in: .seconds(1) ... .seconds(86_400)) { timeouts.whole = given }
    object.reportUnknown()
    return timeouts
  }
}
