import Foundation
import JSONText
import Spool
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// The real program, killed with SIGKILL at any moment of a run and started again, until the run is through.
@Suite(.timeLimit(.minutes(10)))
struct KilledTests {
  /// A vendor of pages with five records each, which counts how often each was asked for.
  private final class Vendor: Sendable {
    let pages: Int
    private let times = Mutex<[Int: Int]>([:])
    private let state = Mutex(State())

    private struct State {
      /// Requests that are still answered; nil for all.
      var left: Int?
      var waiting: CheckedContinuation<Void, Never>?
      var isOver = false
    }

    init(pages: Int) { self.pages = pages }

    var timesAsked: [Int: Int] { times.withLock { $0 } }

    func reply(_ head: String, isOData: Bool) -> WireServer.Reply {
      let request = WireRequest(head)
      let page = isOData ? (request.number("$skip") ?? 0) / 5 + 1 : request.number("page") ?? 1
      times.withLock { $0[page, default: 0] += 1 }
      guard isAnswered() else { return WireServer.Reply() }
      let ids = page > pages ? [] : Array(((page - 1) * 5 + 1)...(page * 5))
      if isOData { return WireServer.Reply(Wire.odata(ids, next: page < pages ? "cars?$skip=\(page * 5)" : nil)) }
      return WireServer.Reply(Wire.rest(ids, total: pages * 5))
    }

    /// Answers so many requests, less one, and no more: however late the kill comes, the program gets no further.
    func answer(_ count: Int?) { state.withLock { $0 = State(left: count) } }

    /// Returns when the first request has come that is not answered, or the task is cancelled.
    func reached() async {
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let isOver = state.withLock { state in
            if !state.isOver { state.waiting = continuation }
            return state.isOver
          }
          if isOver { continuation.resume() }
        }
      } onCancel: {
        end()
      }
    }

    private func end() {
      let waiting = state.withLock { state in
        state.isOver = true
        return state.waiting.take()
      }
      waiting?.resume()
    }

    private func isAnswered() -> Bool {
      let isAnswered = state.withLock { state in
        guard let left = state.left else { return true }
        state.left = left - 1
        return left > 1
      }
      if !isAnswered { end() }
      return isAnswered
    }
  }

  @Test(
    "killed at random moments and resumed: nothing is missing, nothing comes twice, and no more is asked again than was under way",
    arguments: [
      (#"{ "kind": "page_number", "page_size": 5, "total": "/total" }"#, pages: 2000, kills: 300, inFlight: 4),
      (#"{ "kind": "odata", "page_size": 5 }"#, pages: 400, kills: 60, inFlight: 1),
    ]
  )
  func killed(paging: String, pages: Int, kills: Int, inFlight: Int) async throws {
    let vendor = Vendor(pages: pages)
    let isOData = paging.contains("odata")
    try await WireServer.serving { _, head in
      vendor.reply(head, isOData: isOData)
    } _: { server in
      let limits = #""limits": { "concurrency": \#(inFlight) },"#
      // However late a kill comes, nothing has timed out meanwhile.
      let trial = try FetchTrial(server.url, style: .paged(paging), source: limits, patience: "10m")
      let environment = ["DATABASE_URL": "host=/nowhere"]
      let arguments = ["cars", "--config", trial.folder.file.string]
      var random = SeededGenerator(seed: UInt64(pages))
      // With a concurrency of n, n pages are asked for while one is written. Each life is long enough to write one, and
      // none so long that the run could be over before its last kill, however late the kills come.
      let underWay = inFlight + 1
      let moments = (underWay + 1)...(2 * (pages / kills) - underWay + 1)
      for _ in 0..<kills {
        vendor.answer(Int.random(in: moments, using: &random))
        let status = try await Programs.kill("weir-fetch", arguments, environment: environment) {
          await vendor.reached()
        }
        try #require(status == nil, "a life ended by itself with \(status ?? 0), and was to be killed")
      }
      vendor.answer(nil)
      let end = try await Programs.run("weir-fetch", arguments, environment: environment)
      #expect(end.status == 0, "\(end.errors)")

      let segments = try trial.segments()
      #expect(Set(segments.map(\.footer.run)).count == 1 && segments.last?.footer.end != nil)
      let lines = segments.flatMap(\.lines)
      let ids = try lines.compactMap { try JSONValue(parsing: $0)["id"]?.integer }
      #expect(ids == Array(1...(pages * 5)))
      let again = vendor.timesAsked.values.map { $0 - 1 }
      #expect(again.max() ?? 0 <= underWay, "no page more often than pages are under way")
      let extra = again.reduce(0, +)
      #expect(extra <= kills * underWay)
      let most = again.max() ?? 0
      print("\(kills) kills, \(pages) pages, \(extra) asked again, one \(most) times")
    }
  }

  @Test("no command line on this machine holds the credential while a fetch is under way")
  func commandLines() async throws {
    let vendor = Vendor(pages: 10)
    try await WireServer.serving { _, head in
      vendor.reply(head, isOData: true)
    } _: { server in
      let trial = try FetchTrial(server.url, style: .paged(#"{ "kind": "odata", "page_size": 5 }"#))
      vendor.answer(3)
      let seen = Mutex((fetches: 0, leaks: 0))
      _ = try await Programs.kill(
        "weir-fetch",
        ["cars", "--config", trial.folder.file.string],
        environment: ["DATABASE_URL": "host=/nowhere"]
      ) {
        await vendor.reached()
        for process in try FileManager.default.contentsOfDirectory(atPath: "/proc") where Int(process) != nil {
          guard let line = try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8) else { continue }
          seen.withLock { seen in
            seen.fetches += line.contains(trial.folder.file.string) ? 1 : 0
            seen.leaks += line.contains(FetchTrial.canary) ? 1 : 0
          }
        }
      }
      #expect(seen.withLock { $0.fetches } == 1 && seen.withLock { $0.leaks } == 0)
    }
  }
}
