import NIOHTTP1
import TestSupport
import Testing

@testable import Fetching

/// What vendors' headers say of their limits.
struct RateHeadersTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var headers: [(String, String)]
    var status: Int
    /// Seconds; nil for no wait.
    var wait: Double?

    init(_ wait: Double?, _ status: Int, _ headers: (String, String)...) {
      (self.headers, self.status, self.wait) = (headers, status, wait)
    }

    var testDescription: String {
      "\(status): " + headers.map { "\($0): \($1)" }.joined(separator: ", ")
    }
  }

  /// Sun, 06 Nov 1994 08:49:37 GMT would be long ago; this is Sat, 21 Nov 2026 09:00:00 GMT.
  static let now = 1_795_251_600.0

  static let cases = [
    // Retry-After, RFC 9110 §10.2.3
    Case(7, 429, ("Retry-After", "7")), Case(0, 429, ("Retry-After", "0")),
    Case(120, 429, ("retry-after", "Sat, 21 Nov 2026 09:02:00 GMT")),
    Case(0, 429, ("Retry-After", "Sat, 21 Nov 2026 08:59:00 GMT")), Case(nil, 429, ("Retry-After", "soon")),
    Case(nil, 429, ("Retry-After", "-5")), Case(nil, 429, ("Retry-After", "")),
    Case(2.5, 429, ("Retry-After", "2.5")),
    Case(nil, 200, ("Retry-After", "7")), Case(2_592_000, 429, ("Retry-After", "99999999")),
    Case(90, 429, ("X-Retry-After", "90")), Case(1.5, 429, ("Retry-After-Ms", "1500")),
    Case(3, 429, ("Retry-After", "3"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "60")),
    // IETF draft 6
    Case(9, 200, ("RateLimit-Limit", "100"), ("RateLimit-Remaining", "0"), ("RateLimit-Reset", "9")),
    Case(nil, 200, ("RateLimit-Limit", "100, 100;w=60"), ("RateLimit-Remaining", "1"), ("RateLimit-Reset", "9")),
    Case(9, 429, ("RateLimit-Limit", "100"), ("RateLimit-Remaining", "4"), ("RateLimit-Reset", "9")),
    // IETF draft 7
    Case(5, 200, ("RateLimit", "limit=100, remaining=0, reset=5"), ("RateLimit-Policy", "100;w=60")),
    Case(nil, 200, ("RateLimit", "limit=100, remaining=50, reset=5")),
    Case(5, 429, ("RateLimit", "limit=100, remaining=50, reset=5")),
    // IETF draft 10
    Case(30, 200, ("RateLimit", #""burst";r=0;t=30"#), ("RateLimit-Policy", #""burst";q=100;w=60"#)),
    Case(nil, 200, ("RateLimit", #""burst";r=3;t=30"#)),
    Case(4000, 200, ("RateLimit", #""burst";r=3;t=30, "daily";r=0;t=4000"#)),
    Case(30, 429, ("RateLimit", #""burst";r=3;t=30, "daily";r=9;t=4000"#)),
    Case(nil, 200, ("RateLimit", "nonsense")), Case(nil, 429, ("RateLimit", #""burst";r=x;t=y"#)),
    // X-RateLimit-*: seconds, epoch seconds, epoch milliseconds, dates, spans
    Case(60, 200, ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "60")),
    Case(45, 200, ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795251645")),
    Case(45.5, 200, ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1795251645500")),
    Case(45, 200, ("X-Rate-Limit-Remaining", "0"), ("X-Rate-Limit-Reset", "1795251645.0")),
    Case(60, 200, ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "2026-11-21T09:01:00Z")),
    Case(90, 200, ("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "1m30s")),
    Case(0.5, 200, ("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "500ms")),
    Case(0, 200, ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1795251000")),
    Case(nil, 200, ("X-RateLimit-Remaining", "7"), ("X-RateLimit-Reset", "60")),
    Case(60, 200, ("X-RateLimit-Remaining", "0.4"), ("X-RateLimit-Reset", "60")),
    Case(60, 429, ("X-RateLimit-Reset", "60")), Case(nil, 429, ("X-RateLimit-Reset", "later")),
    Case(nil, 200, ("X-RateLimit-Remaining", "none"), ("X-RateLimit-Reset", "60")),
    Case(nil, 200, ("X-RateLimit-Reset", "60")),
    // Two limits: the one that is used up counts, of two the longer.
    Case(
      3000,
      200,
      ("X-RateLimit-Remaining-Minute", "5"),
      ("X-RateLimit-Reset-Minute", "20"),
      ("X-RateLimit-Remaining-Hour", "0"),
      ("X-RateLimit-Reset-Hour", "3000")
    ),
    Case(
      3000,
      200,
      ("X-RateLimit-Remaining-Minute", "0"),
      ("X-RateLimit-Reset-Minute", "20"),
      ("X-RateLimit-Remaining-Hour", "0"),
      ("X-RateLimit-Reset-Hour", "3000")
    ),
    // A window that only its name tells of
    Case(60, 200, ("X-RateLimit-Remaining-Minute", "0"), ("X-RateLimit-Limit-Minute", "100")),
    Case(1, 200, ("X-RateLimit-Remaining-Second", "0")),
    Case(nil, 200, ("X-RateLimit-Remaining", "0")),
    // Quotas with milliseconds since 1970 and a fraction
    Case(
      100,
      429,
      ("Hour-Quota-Limit", "7200"),
      ("Hour-Quota-Available", "0"),
      ("Hour-Quota-ResetTime", "1795251700000.0")
    ),
    Case(nil, 200, ("Minute-Quota-Limit", "180"), ("Minute-Quota-Available", "12")),
    // Percentages and "used of all"
    Case(60, 200, ("X-RateLimit-Remaining", "0%"), ("X-RateLimit-Reset", "60")),
    Case(nil, 200, ("X-RateLimit-Remaining", "12%"), ("X-RateLimit-Reset", "60")),
    Case(60, 200, ("X-RateLimit-Used", "100%"), ("X-RateLimit-Reset", "60")),
    Case(60, 200, ("X-RateLimit-Used", "500"), ("X-RateLimit-Limit", "500"), ("X-RateLimit-Reset", "60")),
    Case(nil, 200, ("X-Shop-Api-Call-Limit", "39/40")), Case(nil, 429, ("X-Shop-Api-Call-Limit", "40/40")),
    // Other failures come with headers that merely tell of limits.
    Case(nil, 500, ("X-RateLimit-Remaining", "42"), ("X-RateLimit-Reset", "60")),
    Case(nil, 503, ("RateLimit", "limit=100, remaining=50, reset=5")), Case(nil, 403, ("X-RateLimit-Reset", "60")),
    Case(nil, 401, ("X-RateLimit-Remaining", "1"), ("X-RateLimit-Reset", "60")), Case(8, 503, ("Retry-After", "8")),
    Case(8, 403, ("Retry-After", "8")), Case(60, 403, ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "60")),
    Case(60, 500, ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "60")),
    // Nothing of the kind
    Case(nil, 429), Case(nil, 200, ("X-Request-Id", "0"), ("Content-Type", "application/json")),
    Case(nil, 429, ("X-Limited-Edition", "0"), ("X-Remaining-Hope", "0")),
  ]

  @Test("every dialect's headers give the decided wait", arguments: cases)
  func table(row: Case) {
    let wait = RateHeaders.wait(HTTPHeaders(row.headers), status: row.status, now: Self.now)
    #expect(wait == row.wait.map { .milliseconds($0 * 1000) })
  }

  @Test("no header of a limit is passed over by the quick look at its name, in any case of letters")
  func names() {
    let names = Set(Self.cases.flatMap { $0.headers.map(\.0) })
    let told = names.filter { RateHeaderName($0.lowercased()) != nil }
    #expect(told.count > 20)
    for name in told {
      #expect(RateHeaderName.mayBeOne(name) && RateHeaderName.mayBeOne(name.uppercased()), "\(name)")
    }
    for name in ["Date", "Content-Type", "lim", "", "limi", "quot", "Qu-ota", "x-request-id"] {
      #expect(!RateHeaderName.mayBeOne(name))
    }
    for name in ["limit", "xquota", "quotax", "LIMIT"] { #expect(RateHeaderName.mayBeOne(name)) }
  }

  @Test("nothing that a vendor writes ends the program or makes it wait for ever", arguments: 0..<400 as Range<UInt64>)
  func garbage(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let names = [
      "Retry-After", "RateLimit", "RateLimit-Reset", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Used",
    ]
    let pieces = [
      "0", "-", "9", "1e999", "nan", "inf", "r=", "t=", ";", ",", "%", "/", "\"", "ms", "d", ".", "é", " ",
      "99999999999",
    ]
    let headers = (0..<Int.random(in: 1...4, using: &random)).map { _ in
      let value = (0..<Int.random(in: 0...5, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
      return (names.randomElement(using: &random) ?? "", value.joined())
    }
    let wait = RateHeaders.wait(
      HTTPHeaders(headers),
      status: [200, 403, 429, 503].randomElement(using: &random) ?? 429,
      now: Self.now
    )
    #expect(wait.map { $0 >= .zero && $0 <= .seconds(30 * 86_400) } ?? true, "\(headers)")
  }
}
