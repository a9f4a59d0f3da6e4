import NIOCore
import PipelineConfig
import Synchronization
import Telemetry
import Testing

@testable import Fetching

/// Waiting: as long as the vendor asks, and no longer than the settings allow.
@Suite(.timeLimit(.minutes(5)))
struct WaitTests {
  /// When each request came.
  private final class Arrivals: Sendable {
    private let times = Mutex<[(head: String, at: ContinuousClock.Instant)]>([])

    func note(_ head: String) { times.withLock { $0.append((head, .now)) } }

    var all: [(head: String, at: ContinuousClock.Instant)] { times.withLock { $0 } }
  }

  @Test("Retry-After is waited for, in seconds and as a date", arguments: [true, false], ["429 Too Many", "503 Busy"])
  func retryAfter(isDate: Bool, status: String) async throws {
    let arrivals = Arrivals()
    let headers =
      isDate
      ? ["Date: Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After: Sun, 06 Nov 1994 08:49:38 GMT"] : ["Retry-After: 1"]
    try await WireServer.serving { number, head in
      arrivals.note(head)
      return number == 1 ? WireServer.Reply("{}", status: status, headers: headers) : WireServer.Reply(Wire.odata([1]))
    } _: { server in
      let (summary, _) = try await FetchTrial(server.url).run()
      #expect(summary.counts["records"] == 1 && summary.counts["retries"] == 1 && summary.counts["requests"] == 2)
      let times = arrivals.all.map(\.at)
      #expect(times.count == 2 && times[1] - times[0] >= .seconds(1))
    }
  }

  @Test("when one request is throttled the others of the source wait, too")
  func together() async throws {
    let (arrivals, throttled) = (Arrivals(), Gate())
    try await WireServer.serving { number, head in
      arrivals.note(head)
      let page = head.firstMatch(of: #/page=(\d+)/#).flatMap { Int($0.output.1) } ?? 1
      let isFirst = arrivals.all.filter { $0.head.contains("page=\(page)&") }.count == 1
      if page == 3, isFirst {
        // Time for the refusal to be taken in before another answer sets the next request free.
        throttled.open(in: .seconds(1))
        return WireServer.Reply("{}", status: "429 Too Many", headers: ["Retry-After: 3"])
      }
      var reply = WireServer.Reply(Wire.rest(page > 6 ? [] : [page * 2 - 1, page * 2], total: 12))
      if page == 2 { reply.after = throttled }
      return reply
    } _: { server in
      let trial = try FetchTrial(server.url, style: .rest, source: #""limits": { "concurrency": 2 },"#)
      let (summary, _) = try await trial.run()
      #expect(summary.counts["records"] == 12 && summary.counts["retries"] == 1)
      let refused = try #require(arrivals.all.first { $0.head.contains("page=3&") }).at
      let later = arrivals.all.filter { $0.at > refused && !$0.head.contains("page=2&") }
      // Page 3 once more, three behind it, and the empty one at the end.
      #expect(later.count == 5)
      for (head, at) in later { #expect(at - refused >= .seconds(3), "\(head.prefix(40))") }
      #expect(try trial.ready().lines == (1...12).map(Wire.record))
    }
  }

  @Test("requests keep to the source's rate")
  func rate() async throws {
    let arrivals = Arrivals()
    try await WireServer.serving { number, head in
      arrivals.note(head)
      return WireServer.Reply(Wire.odata([number], next: number < 6 ? "?\(number)" : nil))
    } _: { server in
      let source = #""limits": { "per_second": 20 },"#
      _ = try await FetchTrial(server.url, source: source).run()
      let times = arrivals.all.map(\.at)
      #expect(times.count == 6 && times[5] - times[0] >= .milliseconds(200), "\(times)")
    }
  }

  @Test("an answer that comes drop by drop is given up when the whole time is over", arguments: ["200 OK", "500 Oh"])
  func drops(status: String) async throws {
    try await WireServer.serving { _, _ in
      var reply = WireServer.Reply(Wire.odata(Array(1...50)) + String(repeating: " ", count: 100_000), status: status)
      reply.pause = .milliseconds(20)
      return reply
    } _: { server in
      var trial = try FetchTrial(server.url)
      trial.pipeline.feeds[0].source.timeouts.whole = .milliseconds(400)
      trial.pipeline.feeds[0].source.retry.attempts = 1
      let began = ContinuousClock.now
      let error = try #require(try await trial.failure())
      #expect(error.exitStatus == .temporaryFailure, "\(error)")
      #expect(status == "500 Oh" || error.message.contains("not done within 0.4 seconds"), "\(error)")
      // At this pace the whole answer would take two minutes.
      #expect(ContinuousClock.now - began < .seconds(20))
    }
  }

  @Test("an answer that is never silent for long, and too slow over the idle time, is given up")
  func slow() async throws {
    try await WireServer.serving { _, _ in
      var reply = WireServer.Reply(Wire.odata(Array(1...50)) + String(repeating: " ", count: 100_000))
      reply.pause = .milliseconds(20)
      return reply
    } _: { server in
      var trial = try FetchTrial(server.url)
      trial.pipeline.feeds[0].source.timeouts.idle = .seconds(2)
      trial.pipeline.feeds[0].source.retry.attempts = 1
      let error = try #require(try await trial.failure())
      #expect(
        error.message.contains("less than 1024 bytes a second") && error.exitStatus == .temporaryFailure,
        "\(error)"
      )
    }
  }

  /// What came of a body at which second, and whether the last of it was enough.
  struct Trickle {
    var chunks: [(second: Int64, bytes: Int)]
    var isEnough: Bool
  }

  static let trickles: [Trickle] = [
    Trickle(chunks: [(5, 0), (9, 10_240)], isEnough: true),
    Trickle(chunks: [(5, 0), (10, 10_240)], isEnough: true),
    Trickle(chunks: [(5, 0), (10, 10_239)], isEnough: false),
    Trickle(chunks: [(20, 20_480)], isEnough: true),
    Trickle(chunks: [(20, 20_479)], isEnough: false),
    Trickle(chunks: [(10, 1 << 20), (20, 10_240)], isEnough: true),
    Trickle(chunks: [(10, 1 << 20), (20, 10_239)], isEnough: false),
  ]

  @Test(
    "over each period as many bytes have to come as the rate wants; one that ends late had to bring more",
    arguments: trickles
  )
  func minimumRate(trickle: Trickle) {
    let start = NIODeadline.uptimeNanoseconds(1 << 40)
    var rate = MinimumRate(over: .seconds(10), from: start)
    let answers = trickle.chunks.map { rate.arrived($0.bytes, at: start + .seconds($0.second)) }
    #expect(answers.last == trickle.isEnough && answers.dropLast().allSatisfy { $0 })
  }

  @Test("the budget ends tries that the number of attempts would allow")
  func budget() async throws {
    try await WireServer.serving { _, _ in
      WireServer.Reply("{}", status: "503 Busy", headers: ["Retry-After: 3"])
    } _: { server in
      var trial = try FetchTrial(server.url)
      trial.pipeline.feeds[0].source.retry.attempts = 100
      trial.pipeline.feeds[0].source.retry.budget = .seconds(5)
      let error = try #require(try await trial.failure())
      #expect(error.message.contains("(page 1, 2 attempts, the vendor asks to wait 3 s)"), "\(error)")
      #expect(server.requests.count == 2 && error.exitStatus == .temporaryFailure)
    }
  }
}
