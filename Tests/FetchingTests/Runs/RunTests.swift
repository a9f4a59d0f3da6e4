import Foundation
import Spool
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import Fetching

/// What a run leaves in the spool.
struct RunTests {
  /// Pages by number with two records each, of so many.
  private static func pages(of total: Int) -> @Sendable (Int, String) -> WireServer.Reply {
    { _, head in
      let page = head.firstMatch(of: #/[?&]page=(\d+)/#).flatMap { Int($0.output.1) } ?? 1
      let first = (page - 1) * 2 + 1
      return WireServer.Reply(Wire.rest(Array(first..<max(first, min(first + 2, total + 1))), total: total))
    }
  }

  @Test(
    "pages asked for at once come out in their order, cut into segments, with the end behind them",
    arguments: [1, 4, 8]
  )
  func order(concurrency: Int) async throws {
    try await WireServer.serving(Self.pages(of: 41)) { server in
      let source = #""limits": { "concurrency": \#(concurrency) },"#
      let trial = try FetchTrial(server.url, style: .rest, source: source, segmentRecords: 10)
      let (summary, paths) = try await trial.run()
      let (lines, end) = try trial.ready()
      #expect(lines == (1...41).map(Wire.record))
      #expect(summary.counts["pages"] == 21 && summary.counts["segments"] == 5 && summary.total == 41)
      #expect(paths.count == 6, "five segments and the end, each printed when it was there")
      #expect(end?.complete == true && end?.records == 41 && end?.segments == 5)
      #expect(end?.watermark == "2026-01-01T00:00:41Z", "\(String(describing: end))")
    }
  }

  @Test("records come out as they came in, but for line ends between tokens")
  func bytes() async throws {
    let odd = "{\"id\": 1,\n \"at\":\t\"2026-01-01T00:00:01Z\",\r\n \"n\": 1.10, \"t\": \"a\\nb \\u00e9 😀\"}"
    let body = "{\"value\": [\n  \(odd),\n  \(Wire.record(2))\n]}"
    try await WireServer.serving { _, _ in
      WireServer.Reply(body)
    } _: { server in
      let trial = try FetchTrial(server.url)
      _ = try await trial.run()
      let expected = odd.replacing("\r\n", with: "").replacing("\n", with: "")
      #expect(try trial.ready().lines == [expected, Wire.record(2)])
    }
  }

  @Test("--limit ends early: exactly so many records, not complete, no watermark")
  func limit() async throws {
    try await WireServer.serving(Self.pages(of: 100)) { server in
      let trial = try FetchTrial(server.url, style: .rest)
      let (summary, _) = try await trial.run(FetchOptions(limit: 7))
      let (lines, end) = try trial.ready()
      #expect(lines.count == 7 && summary.counts["records"] == 7)
      #expect(summary.complete == false && end?.complete == false && end?.watermark == nil)
    }
  }

  @Test(
    "an incremental run asks from the saved watermark on; --since and --full say otherwise",
    arguments: [
      (FetchOptions(), "since=2026-01-01T00:00:05Z"), (FetchOptions(since: "2025-06-01"), "since=2025-06-01T00:00:00Z"),
      (FetchOptions(full: true), "page=1"),
    ]
  )
  func incremental(options: FetchOptions, asked: String) async throws {
    try await WireServer.serving { _, _ in
      WireServer.Reply(Wire.rest([], total: 0))
    } _: { server in
      let trial = try FetchTrial(server.url, style: .rest)
      let state = #"{"watermark":"2026-01-01T00:00:05Z","run":"x","mode":"full"}"#
      try trial.spool.saveState(Array(state.utf8), name: "watermark.json", feed: "cars")
      let (summary, _) = try await trial.run(options)
      #expect(server.requests.count == 1 && server.requests[0].contains(asked), "\(server.requests)")
      #expect(server.requests[0].contains("since=") == !options.full)
      #expect(summary.mode == (options.full ? .full : .incremental) && summary.counts["records"] == 0)
      #expect(try trial.ready().end?.records == 0)
    }
  }

  @Test("a failure in the middle keeps what was published and writes no end")
  func middle() async throws {
    try await WireServer.serving { number, head in
      head.contains("page=4&") ? WireServer.Reply("{}", status: "500 Oh") : Self.pages(of: 20)(number, head)
    } _: { server in
      let trial = try FetchTrial(
        server.url,
        style: .rest,
        source: #""limits": { "concurrency": 1 },"#,
        segmentRecords: 2
      )
      let error = try #require(try await trial.failure())
      #expect(error.message.contains("page 4") && error.exitStatus == .temporaryFailure, "\(error)")
      let (lines, end) = try trial.ready()
      #expect(lines == (1...6).map(Wire.record) && end == nil)
    }
  }

  private static func holding<Value: Sendable>(
    _ lock: consuming FeedLock?,
    _ body: () async throws -> Value
  ) async throws -> Value {
    let value = try await body()
    _ = consume lock
    return value
  }

  @Test("one fetch of a feed at a time")
  func locked() async throws {
    try await WireServer.serving(Self.pages(of: 2)) { server in
      let trial = try FetchTrial(server.url, style: .rest)
      let error = try await Self.holding(try trial.spool.lockFeed("cars", purpose: "fetch")) {
        try #require(try await trial.failure())
      }
      #expect(error.exitStatus == .temporaryFailure && error.message.contains("another fetch"), "\(error)")
      #expect(server.requests.isEmpty)
      let (summary, _) = try await trial.run()
      #expect(summary.complete)
    }
  }
}
