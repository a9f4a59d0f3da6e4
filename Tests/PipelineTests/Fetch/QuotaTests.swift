import Foundation
import JSONText
import Synchronization
import TestSupport
import Testing

/// Limits that hold over processes and restarts, as the vendor counts them.
struct QuotaTests {
  private static func feed(_ name: String) -> String {
    """
    "\(name)": { "source": "shop", "path": "cars", "key": ["id"], "table": "\(name)", "columns": { "id": "bigint" },
      "pagination": { "kind": "page_number", "page_size": 1, "total": "/total" } }
    """
  }

  private static let feeds = "{ \(feed("first")), \(feed("second")) }"

  /// Fetches a feed; kills it after a time, and starts it again to go on.
  private static func interrupted(_ bench: FetchBench, _ feed: String, after time: Duration) async throws {
    let wasKilled = try await bench.fetch(feed) { try await Task.sleep(for: time) }
    #expect(wasKilled)
    let done = try await bench.fetch(feed)
    #expect(done.status == 0, "\(done.message)")
  }

  private static func highest(_ summary: JSONValue, _ window: String) -> Int {
    summary["highest_in"]?[window]?.integer ?? -1
  }

  @Test(
    "two fetches and a restart in the middle never pass 2 a second and 60 a minute, as the vendor counts",
    .timeLimit(.minutes(5))
  )
  func secondAndMinute() async throws {
    let limits = #""limits": { "per_second": 2, "per_minute": 60, "per_hour": 2000, "concurrency": 4 }"#
    try await PractiseVendor.serving(["--cars", "34"]) { vendor in
      // The vendor refuses what goes over, and counts it.
      try await vendor.rules(#"{ "limits": { "per_second": 2, "per_minute": 60, "per_hour": 2000 } }"#)
      let bench = try FetchBench(vendor, base: "/rest", source: ", \(limits)", feeds: Self.feeds, segmentRecords: 1)
      let clock = ContinuousClock.now
      let kill = Int.random(in: 3000...15_000)
      let (other, late) = try await Self.watchingLateness {
        async let first: Void = Self.interrupted(bench, "first", after: .milliseconds(kill))
        async let second = bench.fetch("second")
        return try await (first, second).1
      }
      #expect(other.status == 0, "\(other.message)")
      let summary = try await bench.summary()
      let (requests, violations) = (summary["requests"]?.integer ?? 0, summary["violations"]?.encoded ?? "")
      let (inSecond, inMinute) = (Self.highest(summary, "second"), Self.highest(summary, "minute"))
      let elapsed = (ContinuousClock.now - clock) / .seconds(1)
      print("quota: \(requests) requests in \(elapsed) s, one program killed after \(kill) ms")
      print("quota: highest in a second \(inSecond), in a minute \(inMinute), a sleeper woke at most \(late) too late")
      let close = try await Self.close(vendor)
      // How near to the minute's limit they come is up to the machine's pace.
      #expect(requests > 60 && inMinute <= 60, "\(summary.encoded)")
      // A request that the machine keeps longer than turns allow for, here or at the vendor's door, comes nearer to the next.
      let isLate = late > Self.lateMax
      #expect(close.count <= (isLate ? 8 : 0), "\(summary.encoded); three within a second at \(close)")
      #expect(inSecond <= (isLate ? 3 : 2) && (isLate || violations == "{}"), "\(summary.encoded)")
      #expect(try Set(bench.lines("first")).count == 34 && Set(bench.lines("second")).count == 34)
    }
  }

  /// A quarter of the distance between two requests of a source with two a second, less the way to the vendor and back.
  private static let lateMax = Duration.milliseconds(60)

  /// Does something, and measures meanwhile how late this machine wakes who sleeps.
  private static func watchingLateness<Value: Sendable>(
    _ body: () async throws -> Value
  ) async throws -> (Value, Duration) {
    let lateness = Lateness()
    // A thread of the system's own: those of the tests' pool are kept busy by other tests.
    Thread.detachNewThread { lateness.watch() }
    defer { lateness.isOver.store(true, ordering: .relaxed) }
    let value = try await body()
    return (value, .nanoseconds(lateness.worst.load(ordering: .relaxed)))
  }

  private final class Lateness: Sendable {
    let isOver = Atomic<Bool>(false)
    let worst = Atomic<Int64>(0)

    func watch() {
      while !isOver.load(ordering: .relaxed) {
        let began = ContinuousClock.now
        usleep(20_000)
        let over = Int64((ContinuousClock.now - began - .milliseconds(20)) / .nanoseconds(1))
        worst.max(over, ordering: .relaxed)
      }
    }
  }

  /// Where three requests came within a second: how long after the first the other two came.
  private static func close(_ vendor: PractiseVendor) async throws -> [[Double]] {
    let times = try await vendor.log().map(\.began).sorted()
    return zip(times, zip(times.dropFirst(), times.dropFirst(2))).filter { $1.1 - $0 < 1 }.map {
      [$1.0 - $0, $1.1 - $0]
    }
  }

  @Test(
    "two fetches and a restart in the middle never pass 2,000 an hour, as the vendor counts",
    .timeLimit(.minutes(5))
  )
  func hour() async throws {
    let limits = #""limits": { "per_hour": 2000, "concurrency": 4 }"#
    try await PractiseVendor.serving(["--cars", "1500"]) { vendor in
      try await vendor.rules(#"{ "limits": { "per_hour": 2000 } }"#)
      let bench = try FetchBench(vendor, base: "/rest", source: ", \(limits)", feeds: Self.feeds, segmentRecords: 50)
      let clock = ContinuousClock.now
      // Nothing more comes for a while when both have used up the hour.
      let usedUp: @Sendable () async throws -> Void = {
        var (before, still) = (0, ContinuousClock.now)
        while ContinuousClock.now - still < .seconds(3) {
          try await Task.sleep(for: .milliseconds(250))
          let requests = try await bench.requests()
          if requests != before { (before, still) = (requests, .now) }
        }
      }
      async let first: [Bool] = {
        let early = try await bench.fetch("first") {
          while try await bench.requests() < 50 { try await Task.sleep(for: .milliseconds(20)) }
        }
        return [early, try await bench.fetch("first", killedAfter: usedUp)]
      }()
      async let second = bench.fetch("second", killedAfter: usedUp)
      // All three were killed where they were: two at work or waiting for an hour to pass.
      let (killed, other) = try await (first, second)
      #expect(killed == [true, true] && other)
      // A program that starts now knows of the hour that is used up.
      let late = try await bench.fetch("second") { try await Task.sleep(for: .seconds(1)) }
      #expect(late)
      let summary = try await bench.summary()
      let violations = summary["violations"]?.encoded ?? ""
      let hour = try await bench.requests()
      let elapsed = (ContinuousClock.now - clock) / .seconds(1)
      print("quota: \(hour) requests in \(elapsed) s of an hour of 2,000")
      // What a killed program had taken a turn for and not asked is not asked for by another.
      #expect(violations == "{}" && hour <= 2000 && hour >= 1985, "\(summary.encoded)")
    }
  }
}

extension FetchBench {
  /// Requests for records, as the vendor has counted them.
  fileprivate func requests() async throws -> Int {
    let answer = try await shell(
      "weir-vendor log --summary --url $WEIR_VENDOR_URL --token $WEIR_VENDOR_TOKEN | jq .highest_in.hour"
    )
    return Int(answer.output.split(separator: "\n").first ?? "") ?? 0
  }
}
