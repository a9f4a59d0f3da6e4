import JSONText
import Spool
import Telemetry
import TestSupport
import Testing

@testable import Fetching
@testable import PipelineConfig

/// From where a run begins.
struct RunStartTests {
  private static func feed(_ style: FetchTrial.Style = .odata, _ change: (inout Feed) -> Void = { _ in }) throws -> Feed
  {
    var feed = try FetchTrial("http://vendor.example", style: style).pipeline.feed(named: "cars")
    change(&feed)
    return feed
  }

  @Test(
    "what a person writes is completed to what vendors want",
    arguments: [
      ("2026-01-02", "2026-01-02T00:00:00Z"), ("2026-01-02 03:04", "2026-01-02T03:04:00Z"),
      ("2026-01-02T03:04:05", "2026-01-02T03:04:05Z"), ("2026-01-02T03:04:05.120", "2026-01-02T03:04:05.12Z"),
      ("2026-01-02T03:04:05.120Z", "2026-01-02T03:04:05.120Z"),
      ("2026-01-02T03:04:05+02:00", "2026-01-02T03:04:05+02:00"),
      ("2026-01-02 03:04:05+02:00", "2026-01-02T01:04:05Z"),
    ]
  )
  func completed(text: String, expected: String) throws {
    let start = try RunStart(Self.feed(), options: FetchOptions(since: text), saved: nil)
    #expect(start.since == expected && start.mode == .incremental)
  }

  @Test("days are asked for as days, numbers and texts as they are written")
  func asWritten() throws {
    let days = try Self.feed { feed in
      for index in feed.columns.indices { feed.columns[index].type = .date }
    }
    #expect(try RunStart(days, options: FetchOptions(since: "2026-01-02"), saved: nil).since == "2026-01-02")
    for type in [VersionType.integer, .text] {
      let feed = try Self.feed { $0.cursor?.type = type }
      #expect(try RunStart(feed, options: FetchOptions(since: "17"), saved: nil).since == "17")
    }
  }

  @Test(
    "what cannot be done is refused before the vendor is asked",
    arguments: [
      (FetchOptions(full: true, since: "2026-01-02"), Telemetry.ExitStatus.usage, "--full or --since"),
      (FetchOptions(since: "yesterday"), .usage, "2026-11-20T23:44:08Z"), (FetchOptions(since: ""), .usage, "write it"),
      (FetchOptions(limit: 0), .usage, "--limit 1"), (FetchOptions(limit: -3), .usage, "--limit 1"),
    ]
  )
  func refused(options: FetchOptions, status: Telemetry.ExitStatus, hint: String) async throws {
    try await WireServer.serving { _, _ in
      WireServer.Reply(Wire.odata([1]))
    } _: { server in
      let error = try #require(try await FetchTrial(server.url).failure(options))
      #expect(error.exitStatus == status && error.hint?.contains(hint) == true, "\(error)")
      #expect(server.requests.isEmpty)
    }
  }

  @Test("a feed that cannot be asked for newer records begins at the beginning, and says so when told otherwise")
  func cannot() throws {
    let feeds = try [Self.feed { $0.cursor = nil }, Self.feed(.rest) { $0.cursor?.sinceParameter = nil }]
    for feed in feeds {
      let start = try RunStart(feed, options: FetchOptions(), saved: "2026-01-01T00:00:00Z")
      #expect(start.mode == .full && start.since == nil && start.saved != nil)
      let error = #expect(throws: FetchError.self) {
        try RunStart(feed, options: FetchOptions(since: "2026-01-01"), saved: nil)
      }
      #expect(error?.exitStatus == .config && error?.hint?.contains("feeds.cars.cursor") == true)
    }
  }

  @Test(
    "a watermark that cannot be read is an error and not a beginning from nothing",
    arguments: [
      (#"{"watermark":"2026-01-01T00:00:05Z"}"#, true), ("{}", true), (#"{"watermark":null}"#, true), ("[]", false),
      ("{", false), ("", false), ("\u{0}\u{0}", false),
    ]
  )
  func saved(state: String, isReadable: Bool) async throws {
    try await WireServer.serving { _, _ in
      WireServer.Reply(Wire.odata([]))
    } _: { server in
      let trial = try FetchTrial(server.url)
      try trial.spool.saveState(Array(state.utf8), name: RunStart.stateName, feed: "cars")
      if isReadable {
        let (summary, _) = try await trial.run()
        #expect(summary.mode == (state.contains("2026") ? .incremental : .full))
        #expect(server.requests[0].contains("$filter=at%20gt%202026-01-01T00:00:05Z") == state.contains("2026"))
      } else {
        let error = try #require(try await trial.failure())
        #expect(error.exitStatus == .dataError && error.hint?.contains("--full") == true, "\(error)")
        #expect(server.requests.isEmpty)
        let (summary, _) = try await trial.run(FetchOptions(full: true))
        #expect(summary.complete, "and --full is the way out that the hint promises")
      }
    }
  }
}
