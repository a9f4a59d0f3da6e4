import HTTPTypes
import JSONText
import NIOCore
import NIOHTTP1
import Telemetry
import Testing

@testable import VendorSimulator

/// What a vendor that counts does to a client that asks too much.
@Suite(.timeLimit(.minutes(5)))
struct LimitTests {
  @Test(
    "what goes over the limit is refused in the way that the rules say, counted, and does not count against the limit",
    arguments: [429, 503],
    [LimitSettings.RetryAfter.seconds, .date, .past, .garbage, .none]
  )
  func over(status: Int, retryAfter: LimitSettings.RetryAfter) async throws {
    let rules = #"{"limits":{"per_hour":5,"status":\#(status),"retry_after":"\#(retryAfter.rawValue)"}}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 3)], rules: rules) { client in
      let before = Moment.now().microseconds / 1_000_000
      for _ in 0..<5 { #expect(try await client.get("/rest/cars").status == .ok) }
      for _ in 0..<3 {
        let answer = try await client.get("/rest/cars")
        #expect(answer.status.code == status)
        let value = answer.headers[.retryAfter]
        switch retryAfter {
        case .seconds:
          #expect(value.flatMap { Int($0) }.map { (3000...3600).contains($0) } == true, "\(value ?? "none")")
        case .date:
          let due = (before + 3590...before + 3620).map { HTTPDate.text(of: Stamp(milliseconds: $0 * 1000)) }
          #expect(due.contains(value ?? ""), "\(value ?? "none")")
        case .past: #expect(value == "Sun, 06 Nov 1994 08:49:37 GMT")
        case .garbage: #expect(value == "soon")
        case .none: #expect(value == nil)
        }
      }
      let summary = try await client.json("/vendor/log/summary")
      #expect(summary["requests"]?.integer == 8)
      #expect(summary["violations"]?.encoded == #"{"per_hour":3}"#)
      #expect(summary["statuses"]?.encoded == #"{"200":5,"\#(status)":3}"#)
      #expect(summary["highest_in"]?["minute"]?.integer == 8)
    }
  }

  @Test("after so many violations nothing is answered until the rules say so again")
  func suspension() async throws {
    let rules = #"{"limits":{"per_hour":1,"suspend_after":2}}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 3)], rules: rules) { client in
      var statuses: [Int] = []
      for _ in 0..<5 { statuses.append(try await client.get("/rest/cars").status.code) }
      #expect(statuses == [200, 429, 429, 403, 403])
      try await client.rules(#"{"limits":null}"#)
      #expect(try await client.get("/rest/cars").status == .ok)
    }
  }

  @Test("bytes are counted as they were sent, and the answer that passes the limit is the last")
  func bytes() async throws {
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 100)]) { client in
      let size = try await client.get("/rest/cars").body.readableBytes
      try await client.rules(#"{"limits":{"bytes_per_hour":\#(size * 2 + 1)}}"#)
      var statuses: [Int] = []
      for _ in 0..<4 { statuses.append(try await client.get("/rest/cars").status.code) }
      #expect(statuses == [200, 200, 200, 429])
    }
  }

  /// Moments in milliseconds at which something comes, and whether it may.
  @Test(
    "a sliding window holds for any stretch of time, a fixed one for the clock's",
    arguments: [
      (
        LimitSettings.Counting.sliding,
        [(500, true), (900, true), (1400, false), (1499, false), (1500, true), (1899, false)]
      ),
      (.fixed, [(500, true), (900, true), (999, false), (1000, true), (1400, true), (1999, false), (2000, true)]),
    ]
  )
  func windows(counting: LimitSettings.Counting, events: [(Int64, Bool)]) {
    var counter = WindowCounter(.init(name: "per_second", quota: 2, seconds: 1), counting)
    for (time, isAllowed) in events {
      let now = Moment(microseconds: 1_700_000_000_000_000 + time * 1000)
      let wait = counter.wait(at: now)
      #expect((wait == nil) == isAllowed, "\(time)")
      if let wait {
        let then = Moment(microseconds: now.microseconds + wait)
        var (early, due) = (counter, counter)
        #expect(early.wait(at: Moment(microseconds: then.microseconds - 1)) != nil && due.wait(at: then) == nil)
      } else {
        counter.add(1, at: now)
      }
    }
  }

  struct HeaderCase: CustomTestStringConvertible {
    var dialect: LimitSettings.Headers
    var reset = LimitSettings.Reset.delta
    var fields: [String: String]
    var testDescription: String { "\(dialect) \(reset)" }
  }

  @Test(
    "every dialect of headers says what is left in its own words",
    arguments: [
      HeaderCase(
        dialect: .xRateLimit,
        fields: ["X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "31"]
      ),
      HeaderCase(dialect: .xRateLimit, reset: .epoch, fields: ["X-RateLimit-Reset": "1700000031"]),
      HeaderCase(dialect: .xRateLimit, reset: .epochMilliseconds, fields: ["X-RateLimit-Reset": "1700000030500"]),
      HeaderCase(
        dialect: .draft6,
        fields: [
          "RateLimit-Limit": "60", "RateLimit-Remaining": "3", "RateLimit-Reset": "31",
          "RateLimit-Policy": "60;w=60, 2000;w=3600",
        ]
      ),
      HeaderCase(
        dialect: .draft7,
        fields: ["RateLimit": "limit=60, remaining=3, reset=31", "RateLimit-Policy": "60;w=60, 2000;w=3600"]
      ),
      HeaderCase(
        dialect: .draft10,
        fields: [
          "RateLimit": #""per_minute";r=3;t=31, "per_hour";r=1500;t=1800"#,
          "RateLimit-Policy": #""per_minute";q=60;w=60, "per_hour";q=2000;w=3600"#,
        ]
      ),
      HeaderCase(
        dialect: .percent,
        fields: ["Rate-Limit-Minute-Remaining": "5", "Rate-Limit-Minute-Reset": "1700000030500"]
      ),
      HeaderCase(
        dialect: .quota,
        fields: [
          "Minute-Quota-Limit": "60", "Hour-Quota-Limit": "2000", "Hour-Quota-Remaining": "1500",
          "Hour-Quota-ResetTime": "1700001800000.0",
        ]
      ),
    ]
  )
  func headers(row: HeaderCase) {
    let left = [
      Limiter.Left(window: .init(name: "per_minute", quota: 60, seconds: 60), remaining: 3, reset: 30_500_000),
      Limiter.Left(window: .init(name: "per_hour", quota: 2000, seconds: 3600), remaining: 1500, reset: 1_800_000_000),
    ]
    let now = Moment(microseconds: 1_700_000_000_000_000)
    let fields = LimitHeaders.fields(left, [row.dialect], row.reset, now: now)
    for (name, value) in row.fields { #expect(fields[all: name] == [value]) }
  }

  @Test("headers are on answers and refusals alike, of errors too")
  func everywhere() async throws {
    let rules = #"{"limits":{"per_hour":3,"headers":["x-ratelimit","draft-10"]}}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 3)], rules: rules) { client in
      var remaining: [[String]] = []
      for path in ["/rest/cars", "/rest/nothing", "/rest/cars?page=0", "/rest/cars"] {
        let answer = try await client.get(path)
        remaining.append(answer.headers[all: "X-RateLimit-Remaining"])
        #expect(answer.headers[all: "RateLimit"].first?.hasPrefix(#""per_hour";r="#) == true)
      }
      #expect(remaining == [["2"], ["1"], ["0"], ["0"]])
    }
  }
}
