internal import JSONText

/// How much a vendor lets itself be asked, and what it says of that.
struct LimitSettings: Equatable, Sendable {
  /// So many requests, or bytes, in so much time.
  struct Window: Equatable, Sendable {
    var name: String
    var quota: Int
    var seconds: Int
    var countsBytes = false
  }

  enum Counting: String, CaseIterable, Sendable {
    /// Any stretch of time as long as the window: the strictest reading of a limit.
    case sliding
    /// Seconds, minutes, hours and days of the clock.
    case fixed
  }

  /// How `Retry-After` says when to come again.
  enum RetryAfter: String, CaseIterable, Sendable {
    case seconds
    case date
    /// A date that is over.
    case past
    case garbage
    case none
  }

  enum Reset: String, CaseIterable, Sendable {
    case delta
    case epoch
    case epochMilliseconds = "epoch_ms"
  }

  /// Dialects of headers that tell a client how much is left.
  enum Headers: String, CaseIterable, Sendable {
    case xRateLimit = "x-ratelimit"
    case draft6 = "draft-6"
    case draft7 = "draft-7"
    case draft10 = "draft-10"
    case percent
    case quota
  }

  var windows: [Window] = []
  /// Requests under way at once.
  var concurrency: Int?
  var counting = Counting.sliding
  /// What a request over the limit gets.
  var status = 429
  var retryAfter = RetryAfter.seconds
  var headers: [Headers] = []
  var reset = Reset.delta
  /// Violations after which nothing is answered any more.
  var suspendAfter: Int?
  var suspendFor = Duration.seconds(86_400)

  /// - Throws: ``VendorError`` that names the member.
  static func read(_ value: JSONValue, at path: String) throws(VendorError) -> LimitSettings {
    var object = try RulesObject(value, at: path)
    var limits = LimitSettings()
    for (name, seconds) in [("second", 1), ("minute", 60), ("hour", 3600), ("day", 86_400)] {
      guard let quota = try object.integer("per_\(name)", in: 1...1_000_000) else { continue }
      limits.windows.append(Window(name: "per_\(name)", quota: quota, seconds: seconds))
    }
    if let quota = try object.integer("bytes_per_hour", in: 1...(1 << 50)) {
      limits.windows.append(Window(name: "bytes_per_hour", quota: quota, seconds: 3600, countsBytes: true))
    }
    limits.concurrency = try object.integer("concurrency", in: 1...100_000)
    if let given = try object.choice("window", of: Counting.self) { limits.counting = given }
    if let given = try object.integer("status", in: 400...599) { limits.status = given }
    if let given = try object.choice("retry_after", of: RetryAfter.self) { limits.retryAfter = given }
    if let given = try object.choice("reset", of: Reset.self) { limits.reset = given }
    for name in try object.texts("headers") ?? [] {
      guard let headers = Headers(rawValue: name) else {
        let all = Headers.allCases.map(\.rawValue).joined(separator: ", ")
        throw object.problem("headers", "has \"\(name)\", which is not one of: \(all)")
      }
      limits.headers.append(headers)
    }
    limits.suspendAfter = try object.integer("suspend_after", in: 1...1_000_000)
    if let given = try object.seconds("suspend_for") { limits.suspendFor = given }
    try object.finish()
    return limits
  }
}
