internal import Foundation

/// How long to wait before a try, and what a vendor's `Retry-After` means.
enum Backoff {
  /// Longest wait of one step. A vendor that says more is told to a person instead, by the budget running out.
  static let delayMax = Duration.seconds(300)

  /// Full jitter: anything from nothing up to the doubled bound. `random` is in 0..<1.
  static func delay(attempt: Int, first: Duration, random: Double) -> Duration {
    let bound = min(first * Double(1 << min(attempt - 1, 20)), delayMax)
    return bound * random
  }

  /// Seconds, or a date; nil for anything else. Source: RFC 9110 §10.2.3.
  static func retryAfter(_ header: String, now: Date) -> Duration? {
    let text = header.trimmingCharacters(in: .whitespaces)
    if let seconds = Int(text) { return seconds < 0 ? nil : min(.seconds(seconds), delayMax) }
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    guard let date = formatter.date(from: text) else { return nil }
    return min(.seconds(max(0, date.timeIntervalSince(now))), delayMax)
  }
}
