internal import JSONText

/// What all requests come to.
struct LogSummary: Sendable {
  var requests = 0
  var underWay = 0
  var concurrencyHighest = 0
  var bytes = 0
  var keys = 0
  var withCredentials = 0
  /// Requests over a limit, by the limit.
  var violations: [String: Int] = [:]
  /// Answers by status; 0: none, or no whole one.
  var statuses: [Int: Int] = [:]
  /// Answers that a rule spoilt, by the rule.
  var faults: [String: Int] = [:]
  /// The most requests in any window, by ``windows``.
  var highest: [Int] = []

  static let windows: [(name: String, microseconds: Int64)] = [
    ("second", 1_000_000), ("minute", 60_000_000), ("hour", 3_600_000_000), ("day", 86_400_000_000),
  ]

  mutating func add(_ entry: LogEntry) {
    bytes += entry.bodyBytes
    statuses[entry.status ?? 0, default: 0] += 1
    let notes = entry.visit.notes
    for violation in notes.violations { violations[violation, default: 0] += 1 }
    if let fault = notes.fault { faults[fault, default: 0] += 1 }
  }

  var json: JSONValue {
    let highest = zip(Self.windows, highest).map { JSONMember.number($0.name, $1) }
    return .object([
      .number("requests", requests), .number("under_way", underWay),
      .number("concurrency_highest", concurrencyHighest), .number("bytes", bytes), .number("keys", keys),
      .number("with_credentials", withCredentials), JSONMember(name: "highest_in", value: .object(highest)),
      JSONMember(name: "statuses", value: Self.counts(statuses.map { (String($0.key), $0.value) })),
      JSONMember(name: "violations", value: Self.counts(violations.map { ($0.key, $0.value) })),
      JSONMember(name: "faults", value: Self.counts(faults.map { ($0.key, $0.value) })),
    ])
  }

  private static func counts(_ counts: [(String, Int)]) -> JSONValue {
    .object(counts.sorted { $0.0 < $1.0 }.map { JSONMember.number($0.0, $0.1) })
  }
}
