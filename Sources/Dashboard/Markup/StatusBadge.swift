internal import Monitoring

/// A status as a word with a mark: never by colour alone.
enum StatusBadge {
  static func of(_ status: RunMetrics.Status) -> Markup {
    switch status {
    case .succeeded: badge("succeeded", .good)
    case .missed: badge("target missed", .attention)
    case .failed: badge("failed", .bad)
    case .stopped: badge("stopped", .attention)
    case .skipped: badge("skipped", .bad)
    case .notStarted: badge("not started", .attention)
    }
  }

  static func badge(_ word: String, _ level: Health.Level) -> Markup {
    "<span class=\"badge \(level.rawValue)\">\(mark(level))\(word)</span>"
  }

  /// A circle with a tick, a triangle, an octagon: told apart by shape.
  static func mark(_ level: Health.Level) -> Markup {
    switch level {
    case .good:
      """
      <svg class="mark" viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="9" fill="none" stroke="currentColor" \
      stroke-width="2"/><path d="M5.5 10.5l3 3 6-7" fill="none" stroke="currentColor" stroke-width="2"/></svg>
      """
    case .attention:
      """
      <svg class="mark" viewBox="0 0 20 20" aria-hidden="true"><path d="M10 2l9 16H1z" fill="none" stroke="currentColor" \
      stroke-width="2" stroke-linejoin="round"/><path d="M10 8v5m0 1.5v1.5" stroke="currentColor" stroke-width="2"/></svg>
      """
    case .bad:
      """
      <svg class="mark" viewBox="0 0 20 20" aria-hidden="true"><path d="M6 1h8l5 5v8l-5 5H6l-5-5V6z" fill="none" \
      stroke="currentColor" stroke-width="2" stroke-linejoin="round"/><path d="M7 7l6 6m0-6l-6 6" stroke="currentColor" \
      stroke-width="2"/></svg>
      """
    }
  }
}
