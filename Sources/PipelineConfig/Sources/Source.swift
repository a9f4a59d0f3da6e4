public import Telemetry

/// A vendor: where it is, how to sign in, and how much it may be asked.
public struct Source: Sendable {
  public var name: String
  /// `https://host[:port]/path` without a final slash; no user, no query.
  public var baseURL: String
  public var auth = Auth.none
  public var limits = Limits()
  public var retry = Retry()
  public var timeouts = Timeouts()

  /// How a request proves who sends it.
  public enum Auth: Sendable {
    case none
    /// `Authorization: Bearer …`
    case bearer(Secret)
  }

  /// How much the vendor may be asked at once and in a second.
  public struct Limits: Equatable, Sendable {
    /// Requests under way at once.
    public var concurrency = 4
    /// Requests a second; nil for as many as come.
    public var perSecond: Double?
  }

  /// How often and how long one request is tried again.
  public struct Retry: Equatable, Sendable {
    /// Tries in all, the first included.
    public var attempts = 6
    /// Time for all tries of one request together.
    public var budget = Duration.seconds(600)
    /// Upper bound of the first wait; each later one doubles it.
    public var firstDelay = Duration.milliseconds(500)
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
  static func read(_ name: String, _ value: ConfigValue) -> Source? {
    PlainName.check(name, value, of: "source")
    guard let object = value.object() else { return nil }
    let baseURL = object.required("base_url").flatMap { $0.baseURL() }
    let auth = object["auth"].map { Auth.read($0) } ?? Auth.none
    let limits = object["limits"].map { Limits.read($0) } ?? Limits()
    let retry = object["retry"].map { Retry.read($0) } ?? Retry()
    let timeouts = object["timeouts"].map { Timeouts.read($0) } ?? Timeouts()
    object.reportUnknown()
    guard let baseURL, let auth else { return nil }
    return Source(name: name, baseURL: baseURL, auth: auth, limits: limits, retry: retry, timeouts: timeouts)
  }
}

extension Source.Auth {
  fileprivate static func read(_ value: ConfigValue) -> Self? {
    guard let object = value.object() else { return nil }
    let token = object.required("bearer")?.headerText()
    object.reportUnknown()
    return token.map { .bearer(Secret($0)) }
  }
}

extension Source.Limits {
  fileprivate static func read(_ value: ConfigValue) -> Self {
    var limits = Self()
    guard let object = value.object() else { return limits }
    if let given = object["concurrency"]?.integer(in: 1...64, "requests at once") { limits.concurrency = given }
    limits.perSecond = object["per_second"]?.number(in: 0.01...10_000, "requests a second")
    object.reportUnknown()
    return limits
  }
}

extension Source.Retry {
  fileprivate static func read(_ value: ConfigValue) -> Self {
    var retry = Self()
    guard let object = value.object() else { return retry }
    if let given = object["attempts"]?.integer(in: 1...100, "attempts") { retry.attempts = given }
    if let given = object["budget"]?.duration(in: .seconds(1) ... .seconds(86_400)) { retry.budget = given }
    if let given = object["first_delay"]?.duration(in: .milliseconds(1) ... .seconds(60)) { retry.firstDelay = given }
    object.reportUnknown()
    return retry
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

extension ConfigValue {
  /// A token as a header can carry it. No message shows it, wherever it came from.
  fileprivate func headerText() -> String? {
    guard let text = nonEmptyText() else { return nil }
    if text.value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return text.value }
    problem("holds a character that a header cannot carry, such as a space or a newline")
    return nil
  }
}
