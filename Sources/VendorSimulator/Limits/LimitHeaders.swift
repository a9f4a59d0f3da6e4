internal import HTTPTypes

/// The headers that tell how much is left, in every dialect that a vendor may speak.
///
/// Source: draft-ietf-httpapi-ratelimit-headers-06 §3, -07 §3, -10 §3; X-RateLimit-* as GitHub and others have it;
/// percent as Expedia's Rapid has it; quota as Trestle has it.
enum LimitHeaders {
  static func fields(
    _ left: [Limiter.Left],
    _ dialects: [LimitSettings.Headers],
    _ reset: LimitSettings.Reset,
    now: Moment
  ) -> HTTPFields {
    var fields = HTTPFields()
    let requests = left.filter { !$0.window.countsBytes }
    guard let tightest = requests.min(by: { share($0) < share($1) }) else { return fields }
    for dialect in dialects {
      for (name, value) in pairs(dialect, requests, tightest, reset, now) {
        if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
      }
    }
    return fields
  }

  private static func share(_ left: Limiter.Left) -> Double { Double(left.remaining) / Double(left.window.quota) }

  private static func seconds(_ left: Limiter.Left) -> Int64 { (left.reset + 999_999) / 1_000_000 }

  private static func pairs(
    _ dialect: LimitSettings.Headers,
    _ all: [Limiter.Left],
    _ one: Limiter.Left,
    _ reset: LimitSettings.Reset,
    _ now: Moment
  ) -> [(String, String)] {
    let window = one.window
    switch dialect {
    case .xRateLimit:
      let value =
        switch reset {
        case .delta: seconds(one)
        case .epoch: (now.microseconds + one.reset + 999_999) / 1_000_000
        case .epochMilliseconds: (now.microseconds + one.reset + 999) / 1000
        }
      return [
        ("X-RateLimit-Limit", String(window.quota)), ("X-RateLimit-Remaining", String(one.remaining)),
        ("X-RateLimit-Reset", String(value)),
      ]
    case .draft6:
      let policy = all.map { "\($0.window.quota);w=\($0.window.seconds)" }.joined(separator: ", ")
      return [
        ("RateLimit-Limit", String(window.quota)), ("RateLimit-Policy", policy),
        ("RateLimit-Remaining", String(one.remaining)), ("RateLimit-Reset", String(seconds(one))),
      ]
    case .draft7:
      let policy = all.map { "\($0.window.quota);w=\($0.window.seconds)" }.joined(separator: ", ")
      let value = "limit=\(window.quota), remaining=\(one.remaining), reset=\(seconds(one))"
      return [("RateLimit-Policy", policy), ("RateLimit", value)]
    case .draft10:
      let policies = all.map { "\"\($0.window.name)\";q=\($0.window.quota);w=\($0.window.seconds)" }
      let limits = all.map { "\"\($0.window.name)\";r=\($0.remaining);t=\(seconds($0))" }
      return [("RateLimit-Policy", policies.joined(separator: ", ")), ("RateLimit", limits.joined(separator: ", "))]
    case .percent:
      return all.filter { $0.window.seconds == 60 }.flatMap { minute in
        [
          ("Rate-Limit-Minute-Remaining", String(Int(share(minute) * 100))),
          ("Rate-Limit-Minute-Reset", String((now.microseconds + minute.reset) / 1000)),
        ]
      }
    case .quota:
      return all.flatMap { left -> [(String, String)] in
        switch left.window.seconds {
        case 60: [("Minute-Quota-Limit", String(left.window.quota))]
        case 3600:
          [
            ("Hour-Quota-Limit", String(left.window.quota)), ("Hour-Quota-Remaining", String(left.remaining)),
            ("Hour-Quota-ResetTime", "\((now.microseconds + left.reset) / 1000).0"),
          ]
        default: []
        }
      }
    }
  }
}
