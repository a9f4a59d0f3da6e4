internal import NIOHTTP1

/// What a vendor's headers say of its limits, in whichever dialect.
///
/// There is no standard, so names and numbers are read for what they mean: a header that speaks of a rate limit or a
/// quota, with a word for what is left, what was used, or when it begins anew; headers that differ in that word alone
/// belong together. Sources: drafts 6, 7 and 10 of "RateLimit header fields for HTTP" (IETF httpapi), RFC 9110 §10.2.3,
/// and the manuals of vendors.
enum RateHeaders {
  /// How long to leave the vendor alone; nil when nothing says so.
  ///
  /// `Retry-After` counts in any answer that failed, and a limit that is used up in any answer. Beyond that only 429
  /// says that too much was asked: headers that merely tell of limits come with other failures, too, and ask for
  /// nothing.
  ///
  /// - Parameters:
  ///   - headers: Of the answer.
  ///   - status: Of the answer.
  ///   - now: By the vendor's clock if it is known, in seconds since 1970.
  /// - Returns: From nothing to thirty days.
  static func wait(_ headers: HTTPHeaders, status: Int, now: @autoclosure () -> Double) -> Duration? {
    let isSuccess = (200...299).contains(status)
    // Most answers say nothing of limits, and the time need not be looked up.
    guard !isSuccess || headers.contains(where: { RateHeaderName.mayBeOne($0.name) }) else { return nil }
    let now = now()
    if !isSuccess, let asked = retryAfter(headers, now: now) { return bounded(asked) }
    let limits = limits(headers, now: now)
    let exhausted = limits.filter(\.isExhausted)
    if let longest = exhausted.compactMap(\.wait).max() { return bounded(longest) }
    // Refused, and nothing is said to be used up: the first limit that begins anew is the best guess.
    guard status == 429, exhausted.isEmpty else { return nil }
    return limits.compactMap(\.reset).min().map { bounded($0) }
  }

  /// Longer than any budget of a request; a larger number means the same.
  private static let secondsMax = 30.0 * 86_400

  private static func bounded(_ seconds: Double) -> Duration {
    .milliseconds((min(max(0, seconds), secondsMax) * 1000).rounded(.up))
  }

  private static func retryAfter(_ headers: HTTPHeaders, now: Double) -> Double? {
    for name in ["Retry-After", "X-Retry-After", "X-RateLimit-Retry-After", "X-Rate-Limit-Retry-After"] {
      if let text = headers.first(name: name), let seconds = RateNumber.reset(text, now: now) { return seconds }
    }
    for name in ["Retry-After-Ms", "X-MS-Retry-After-Ms"] {
      if let text = headers.first(name: name), let count = RateNumber.number(text) { return count / 1000 }
    }
    return nil
  }

  private static func limits(_ headers: HTTPHeaders, now: Double) -> [RateLimitState] {
    var groups: [String: RateLimitState] = [:]
    for (name, value) in headers where RateHeaderName.mayBeOne(name) {
      let name = name.lowercased()
      if name == "ratelimit" {
        for (index, state) in RateLimitField.states(value).enumerated() {
          groups["ratelimit \(index) \(value)"] = state
        }
        continue
      }
      guard let meaning = RateHeaderName(name) else { continue }
      groups[meaning.group, default: RateLimitState(unit: meaning.unit)].take(meaning.word, value, now: now)
    }
    return Array(groups.values)
  }
}

/// One limit, as far as headers tell of it.
struct RateLimitState: Equatable {
  var remaining: Double?
  var used: Double?
  var limit: Double?
  /// Seconds until it begins anew.
  var reset: Double?
  /// Seconds of the window, when its name says so.
  var unit: Double?

  var isExhausted: Bool {
    if let remaining { return remaining < 1 }
    if let used, let limit, limit > 0 { return used >= limit }
    return false
  }

  /// How long it takes until there is something left.
  var wait: Double? { reset ?? unit }

  mutating func take(_ word: RateHeaderName.Word, _ value: String, now: Double) {
    switch word {
    case .remaining: remaining = RateNumber.share(value) ?? remaining
    case .limit: limit = RateNumber.number(value) ?? limit
    case .reset: reset = RateNumber.reset(value, now: now) ?? reset
    case .used:
      // "39/40" says both.
      let parts = value.split(separator: "/").map { RateNumber.number(String($0)) }
      if parts.count == 2, let count = parts[0], let most = parts[1] {
        (used, limit) = (count, most)
      } else if value.trimmed.hasSuffix("%"), let share = RateNumber.number(String(value.trimmed.dropLast())) {
        (used, limit) = (share, 100)
      } else {
        used = RateNumber.number(value) ?? used
      }
    }
  }
}

/// The header `RateLimit` of the drafts: `"burst";r=0;t=30` (10), `limit=100, remaining=0, reset=5` (7).
enum RateLimitField {
  static func states(_ value: String) -> [RateLimitState] {
    let items = value.split(separator: ",").map { $0.split(separator: ";").map { String($0).trimmed } }
    guard value.contains("=") else { return [] }
    if value.contains(";") {
      return items.map { parts in
        var state = RateLimitState()
        for part in parts { take(part, into: &state) }
        return state
      }
    }
    var state = RateLimitState()
    for part in items.joined() { take(part, into: &state) }
    return [state]
  }

  private static func take(_ part: String, into state: inout RateLimitState) {
    let pair = part.split(separator: "=", maxSplits: 1)
    guard pair.count == 2, let number = RateNumber.number(String(pair[1])), number >= 0 else { return }
    switch pair[0].lowercased() {
    case "r", "remaining": state.remaining = number
    case "t", "reset": state.reset = number
    case "limit", "q": state.limit = number
    default: return
    }
  }
}
