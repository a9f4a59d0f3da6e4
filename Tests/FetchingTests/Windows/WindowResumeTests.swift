import Foundation
import JSONText
import Spool
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Fetching

/// Runs in parts that stop: by a refusal, and by SIGKILL.
@Suite(.timeLimit(.minutes(5)))
struct WindowResumeTests {
  /// Answers so many requests and then none, and tells when that happens.
  private final class Lives: Sendable {
    private let state = Mutex<(left: Int, end: Gate)>((.max, Gate()))

    /// - Returns: Opens when the first request has come that is not answered.
    func begin(answering count: Int) -> Gate {
      state.withLock { state in
        state = (count, Gate())
        return state.end
      }
    }

    func isAnswered() -> Bool {
      state.withLock { state in
        state.left -= 1
        if state.left < 0 { state.end.open() }
        return state.left >= 0
      }
    }
  }

  @Test("a run in parts that fails goes on in each part where it was, and its watermark comes with its end")
  func failed() async throws {
    let records = (1...300).map { FilterVendor.Record(id: $0, stamp: WindowTests.stamp($0 * 280)) }
    let vendor = FilterVendor(records)
    let asked = Mutex<[String: Int]>([:])
    // The request of a run that is refused; nil for none.
    let refused = Mutex<Int?>(nil)
    try await WireServer.serving { _, head in
      asked.withLock { $0[WireRequest(head).parameters["$filter"] ?? "", default: 0] += 1 }
      let isRefused = refused.withLock { left in
        left = left.map { $0 - 1 }
        return left == 0
      }
      return isRefused ? WireServer.Reply("{}", status: "403 Not now") : vendor.reply(head)
    } _: { server in
      let limits = #""limits": { "concurrency": 3 },"#
      let style = FetchTrial.Style.paged(WindowTests.pagination(count: 5))
      let trial = try FetchTrial(server.url, style: style, source: limits, segmentRecords: 7)
      for number in [9, 8, 9] {
        refused.withLock { $0 = number }
        #expect(try await trial.failure() != nil)
        #expect(try trial.ready().end == nil)
        let state = try #require(try trial.spool.loadState(Checkpoint.stateName, feed: "cars"))
        #expect(state.count < 8 << 10 && String(decoding: state, as: UTF8.self).contains("\"windows\""))
      }
      let (summary, _) = try await trial.run()
      #expect(summary.complete && summary.resumed)
      let footers = try trial.segments().map(\.footer)
      #expect(Set(footers.map(\.run)) == [summary.run] && footers.map(\.sequence) == Array(0..<footers.count))
      #expect(try trial.ready().end?.watermark == records.last?.stamp)
      #expect(try Set(WindowTests.ids(trial)) == Set(1...300))
      // Three times three requests were under way, and a page that was not published whole is asked for once more.
      let again = asked.withLock { $0.values.reduce(0) { $0 + $1 - 1 } }
      // The end of all is asked for twice, as a run in parts does.
      #expect(again <= 3 * (3 + 1) + 1, "\(again)")
      #expect(try await !trial.run().summary.resumed)
    }
  }

  @Test("killed forty times and resumed: nothing is missing, and no more comes twice than was under way")
  func killed() async throws {
    let records = (1...3000).map { FilterVendor.Record(id: $0, stamp: WindowTests.stamp($0 * 28)) }
    let vendor = FilterVendor(records)
    let lives = Lives()
    try await WireServer.serving { _, head in
      lives.isAnswered() ? vendor.reply(head) : WireServer.Reply()
    } _: { server in
      let limits = #""limits": { "concurrency": 4 },"#
      let trial = try FetchTrial(
        server.url,
        style: .paged(WindowTests.pagination(count: 6)),
        source: limits,
        patience: "10m"
      )
      let arguments = ["cars", "--config", trial.folder.file.string]
      let environment = ["DATABASE_URL": "host=/nowhere"]
      var random = SeededGenerator(seed: 6)
      for life in 1...40 {
        let end = lives.begin(answering: Int.random(in: 4...7, using: &random))
        let status = try await Programs.kill("weir-fetch", arguments, environment: environment) {
          try? await end.wait()
        }
        try #require(status == nil, "the run came to its end in life \(life)")
      }
      _ = lives.begin(answering: .max)
      let end = try await Programs.run("weir-fetch", arguments, environment: environment)
      #expect(end.status == 0, "\(end.errors)")
      let segments = try trial.segments()
      #expect(Set(segments.map(\.footer.run)).count == 1 && segments.last?.footer.end?.complete == true)
      let ids = try WindowTests.ids(trial)
      #expect(Set(ids) == Set(1...3000) && ids.count == 3000, "\(ids.count)")
    }
  }
}
