import Spool
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Fetching
@testable import PipelineConfig

/// Asking a vendor whether anything has changed (RFC 9110 §13.1.2).
struct KnownAnswerTests {
  /// A vendor of these records, whose answer has a tag of its own each time that they change.
  private final class Vendor: Sendable {
    let state: Mutex<(ids: [Int], tag: String)>

    init(_ ids: [Int], tag: String) { state = Mutex((ids, tag)) }

    func reply(_ head: String) -> WireServer.Reply {
      let (ids, tag) = state.withLock { $0 }
      let headers = ["Content-Type: application/json", "ETag: \(tag)"]
      if WireRequest(head).headers["if-none-match"] == tag {
        return WireServer.Reply([], status: "304 Not Modified", headers: ["ETag: \(tag)"])
      }
      return WireServer.Reply(Array(Wire.rest(ids, total: ids.count).utf8), status: "200 OK", headers: headers)
    }
  }

  private static let style = FetchTrial.Style.paged(#"{ "kind": "page_number", "page_size": 5, "total": "/total" }"#)

  /// As merge does at a run's end.
  private static func merge(_ trial: FetchTrial, _ run: String) throws {
    let state = #"{"watermark":"2026-01-01T00:00:05Z","run":"\#(run)","mode":"incremental"}"#
    try trial.spool.saveState(Array(state.utf8), name: "watermark.json", feed: "cars")
  }

  private static func asked(_ server: WireServer) -> String? {
    server.requests.last.flatMap { WireRequest($0).headers["if-none-match"] }
  }

  @Test("what has not changed is a complete run without a record, and one short answer", arguments: [[], [6, 7]])
  func unchanged(ids: [Int]) async throws {
    let vendor = Vendor(ids, tag: #""first""#)
    try await WireServer.serving { _, head in
      vendor.reply(head)
    } _: { server in
      let trial = try FetchTrial(server.url, style: Self.style)
      try Self.merge(trial, "x")
      var (summary, _) = try await trial.run()
      #expect(Self.asked(server) == nil && summary.counts["records"] == ids.count)
      for _ in 0..<2 {
        try Self.merge(trial, "\(summary.run)")
        let before = try trial.ready().lines.count
        (summary, _) = try await trial.run()
        #expect(Self.asked(server) == #""first""#)
        #expect(summary.complete && summary.counts["records"] == 0 && summary.counts["requests"] == 1)
        #expect(summary.watermark == "2026-01-01T00:00:05Z")
        let (lines, end) = try trial.ready()
        #expect(lines.count == before && end?.complete == true && end?.records == 0)
      }
      try Self.merge(trial, "\(summary.run)")
      vendor.state.withLock { $0 = ([8], #"W/"second""#) }
      (summary, _) = try await trial.run()
      #expect(Self.asked(server) == #""first""# && summary.counts["records"] == 1)
      try Self.merge(trial, "\(summary.run)")
      _ = try await trial.run()
      #expect(Self.asked(server) == #"W/"second""#)
    }
  }

  @Test("a full run, another question, and a run that is not the last one in the database ask for everything")
  func other() async throws {
    let vendor = Vendor([6], tag: #""t""#)
    try await WireServer.serving { _, head in
      vendor.reply(head)
    } _: { server in
      var trial = try FetchTrial(server.url, style: Self.style)
      try Self.merge(trial, "x")
      let (first, _) = try await trial.run()
      _ = try await trial.run()
      #expect(Self.asked(server) == nil, "the run was not merged")
      try Self.merge(trial, "\(first.run)")
      // A run whose answer is known, before each question that is another one.
      for other in 0..<3 {
        let (known, _) = try await trial.run()
        try Self.merge(trial, "\(known.run)")
        let (again, _) = try await trial.run()
        try #require(Self.asked(server) == #""t""#)
        try Self.merge(trial, "\(again.run)")
        switch other {
        case 0: _ = try await trial.run(FetchOptions(full: true))
        case 1: _ = try await trial.run(FetchOptions(since: "2025-01-01T00:00:00Z"))
        default:
          trial.pipeline.feeds[0].query = [Feed.QueryItem(name: "status", value: "sold")]
          _ = try await trial.run()
        }
        #expect(Self.asked(server) == nil)
      }
    }
  }

  @Test("a run of several pages has no tag: the first page says nothing of those behind it")
  func severalPages() async throws {
    try await WireServer.serving { _, head in
      let page = WireRequest(head).number("page") ?? 1
      let ids = page == 1 ? [1, 2, 3, 4, 5] : [6]
      let headers = ["Content-Type: application/json", #"ETag: "p\#(page)""#]
      return WireServer.Reply(Array(Wire.rest(ids, total: 6).utf8), status: "200 OK", headers: headers)
    } _: { server in
      let trial = try FetchTrial(server.url, style: Self.style)
      try Self.merge(trial, "x")
      let (summary, _) = try await trial.run()
      #expect(summary.counts["pages"] == 2)
      try Self.merge(trial, "\(summary.run)")
      _ = try await trial.run()
      #expect(server.requests.allSatisfy { WireRequest($0).headers["if-none-match"] == nil })
    }
  }

  @Test(
    "what is no tag is not sent, nor one that holds a credential",
    arguments: ["plain", "\"", "\"a\"b\"", "\"a b\"", "\"\(String(repeating: "x", count: 300))\"", "\"canary-5e1f\""]
  )
  func badTag(tag: String) async throws {
    let vendor = Vendor([], tag: tag)
    try await WireServer.serving { _, head in
      vendor.reply(head)
    } _: { server in
      let trial = try FetchTrial(server.url, style: Self.style)
      try Self.merge(trial, "x")
      let (summary, _) = try await trial.run()
      try Self.merge(trial, "\(summary.run)")
      _ = try await trial.run()
      #expect(Self.asked(server) == nil)
    }
  }

  @Test("who did not ask and is told that nothing changed has a failed run")
  func unasked() async throws {
    try await WireServer.serving { _, _ in
      WireServer.Reply([], status: "304 Not Modified", headers: [])
    } _: { server in
      let error = try #require(try await FetchTrial(server.url, style: Self.style).failure())
      #expect(error.message.contains("304") && error.exitStatus == .dataError)
    }
  }
}
