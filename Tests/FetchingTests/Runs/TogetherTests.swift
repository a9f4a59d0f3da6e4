import PipelineConfig
import Spool
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Fetching

/// What goes on at once: requests, segments that are due, another fetch, a person who stops it.
@Suite(.timeLimit(.minutes(5)))
struct TogetherTests {
  private static func page(_ head: String) -> Int {
    head.firstMatch(of: #/[?&]page=(\d+)/#).flatMap { Int($0.output.1) } ?? 1
  }

  private static func body(_ page: Int, total: Int) -> String {
    Wire.rest(Array(((page - 1) * 2 + 1)..<max((page - 1) * 2 + 1, min(page * 2 + 1, total + 1))), total: total)
  }

  /// Answers nobody until so many wait, and then the last first.
  private final class Crowd: Sendable {
    private let state = Mutex<(waiting: [Gate], most: Int)>(([], 0))
    private let size: Int

    init(of size: Int) { self.size = size }

    var most: Int { state.withLock(\.most) }

    func arrive() -> Gate {
      let gate = Gate()
      let all = state.withLock { state in
        state.waiting.append(gate)
        state.most = max(state.most, state.waiting.count)
        guard state.waiting.count == size else { return [Gate]() }
        defer { state.waiting = [] }
        return state.waiting
      }
      for gate in all.reversed() { gate.open() }
      return gate
    }
  }

  @Test("as many requests as allowed are under way, never more, and records come out in order", arguments: [2, 4, 8])
  func crowd(concurrency: Int) async throws {
    let crowd = Crowd(of: concurrency)
    let total = 2 + 2 * concurrency * 5
    try await WireServer.serving { _, head in
      let page = Self.page(head)
      var reply = WireServer.Reply(Self.body(page, total: total))
      // The last page is full, so one more is asked for, alone.
      if page > 1, page * 2 <= total { reply.after = crowd.arrive() }
      return reply
    } _: { server in
      let source = #""limits": { "concurrency": \#(concurrency) },"#
      let trial = try FetchTrial(server.url, style: .rest, source: source, segmentRecords: 7)
      let (summary, _) = try await trial.run()
      #expect(summary.complete && summary.counts["retries"] == 0 && crowd.most == concurrency)
      #expect(try trial.ready().lines == (1...total).map(Wire.record))
      let footers = try trial.segments().map(\.footer).dropLast()
      #expect(footers.map(\.records) == Array(repeating: 7, count: total / 7) + (total % 7 == 0 ? [] : [total % 7]))
    }
  }

  @Test("a page that was asked for ahead, failed, and lies behind the end costs nothing")
  func ahead() async throws {
    // The first page is the only short one, so more pages are asked for than there are.
    let pages = [[1], [2, 3], [4, 5], [6, 7]]
    try await WireServer.serving { _, head in
      let page = Self.page(head)
      return pages.indices.contains(page - 1)
        ? WireServer.Reply(Wire.rest(pages[page - 1], total: 7)) : WireServer.Reply("{}", status: "404 No such page")
    } _: { server in
      let trial = try FetchTrial(server.url, style: .rest, source: #""limits": { "concurrency": 8 },"#)
      let (summary, _) = try await trial.run()
      #expect(summary.complete && summary.counts["records"] == 7 && summary.counts["pages"] == 4)
      #expect(try trial.ready().end?.complete == true)
    }
  }

  @Test("a segment is published when its time is over, though the vendor has stopped speaking")
  func slowVendor() async throws {
    let published = Gate()
    try await WireServer.serving { number, _ in
      guard number > 1 else { return WireServer.Reply(Wire.odata([1, 2], next: "?2")) }
      var reply = WireServer.Reply(Wire.odata([3]))
      reply.after = published
      return reply
    } _: { server in
      var trial = try FetchTrial(server.url)
      trial.pipeline.spool.segment.time = .milliseconds(100)
      let (summary, _) = try await trial.run { _ in published.open() }
      #expect(summary.counts["segments"] == 2 && summary.counts["retries"] == 0)
      #expect(try trial.segments().map(\.lines) == [[1, 2].map(Wire.record), [Wire.record(3)], []])
    }
  }

  @Test("a second fetch of the feed is refused while the first is under way, and disturbs nothing")
  func second() async throws {
    let (asked, answer) = (Gate(), Gate())
    try await WireServer.serving { _, _ in
      asked.open()
      var reply = WireServer.Reply(Wire.odata([1, 2]))
      reply.after = answer
      return reply
    } _: { server in
      let trial = try FetchTrial(server.url)
      async let first = trial.run()
      try await asked.wait()
      let error = try await trial.failure()
      answer.open()
      #expect(error?.exitStatus == .temporaryFailure && error?.message.contains("another fetch") == true)
      #expect(try await first.summary.complete)
      #expect(server.requests.count == 1)
      #expect(try trial.ready().lines.count == 2)
    }
  }

  @Test("a run that is stopped ends at once, publishes what it has, writes no end, and the next one goes on")
  func stopped() async throws {
    let silent = Gate()
    try await WireServer.serving { number, _ in
      if number == 2 { silent.open() }
      return switch number {
      case 1: WireServer.Reply(Wire.odata([1, 2, 3], next: "?2"))
      case 2: WireServer.Reply()
      default: WireServer.Reply(Wire.odata([4]))
      }
    } _: { server in
      var trial = try FetchTrial(server.url, segmentRecords: 2)
      // Longer than this test may last: it is not the time-out that ends the run.
      trial.pipeline.feeds[0].source.timeouts.idle = .seconds(600)
      trial.pipeline.feeds[0].source.timeouts.whole = .seconds(600)
      let job = Task { [trial] in try await trial.run() }
      defer { job.cancel() }
      try await silent.wait()
      job.cancel()
      await #expect(throws: CancellationError.self) { try await job.value }
      let left = try trial.ready()
      #expect(left.lines == [1, 2, 3].map(Wire.record) && left.end == nil)
      let (summary, _) = try await trial.run()
      #expect(summary.complete && summary.resumed && summary.counts["records"] == 4)
      #expect(try trial.ready().lines == [1, 2, 3, 4].map(Wire.record))
    }
  }
}
