import Logging
import PipelineConfig
import Spool
import Synchronization
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import Fetching

/// A spool without room: fetch waits, says so, and loses nothing.
@Suite(.timeLimit(.minutes(5)))
struct RoomWaitTests {
  /// Three pages of two records, a segment for each.
  private static func serving(_ body: @escaping @Sendable (FetchTrial) async throws -> Void) async throws {
    try await WireServer.serving { _, head in
      let page = head.firstMatch(of: #/page=(\d+)/#).flatMap { Int($0.output.1) } ?? 1
      return WireServer.Reply(Wire.rest(page > 3 ? [] : [page * 2 - 1, page * 2], total: 6))
    } _: { server in
      try await body(try FetchTrial(server.url, style: .rest, segmentRecords: 2))
    }
  }

  @Test("with as many segments ready as may be, fetch waits until some are worked off, and brings every record")
  func waits() async throws {
    try await Self.serving { trial in
      var trial = trial
      trial.pipeline.spool.maxReady = 1
      trial.pipeline.spool.roomWait = .seconds(240)
      let (waiting, queue) = (trial, try trial.spool.queue(.fetched, feed: "cars"))
      // How many had been worked off when each was published.
      let before = Mutex<[Int]>([])
      let run = Task {
        try await waiting.run { _ in
          before.withLock { $0.append((try? queue.segments(in: .done).count) ?? -1) }
        }
      }
      defer { run.cancel() }
      var lines: [String] = []
      while lines.count < 6 {
        let ready = try queue.segments(in: .ready).count
        // Two are over the bound of one; a fetch that did not wait would come by while nobody takes them.
        try await Task.sleep(for: .milliseconds(ready == 2 && lines.isEmpty ? 300 : 20))
        guard ready > 1 || lines.count == 4, let next = try queue.claimNext() else { continue }
        lines += try TemporarySpool.read(next.path).lines
        try next.finish()
      }
      let (summary, _) = try await run.value
      #expect(lines == (1...6).map(Wire.record) && summary.complete)
      #expect(before.withLock { $0.count == 4 && $0[2] >= 1 }, "three segments and the end")
    }
  }

  @Test("when nothing becomes better it ends with 75 and says which bound, and with room the next run completes")
  func givesUp() async throws {
    try await Self.serving { trial in
      var trial = trial
      trial.pipeline.spool.minFree = 1 << 50
      trial.pipeline.spool.roomWait = .milliseconds(300)
      let error = try #require(try await trial.failure())
      #expect(error.exitStatus == .temporaryFailure)
      #expect(error.message.contains("spool.min_free") && error.message.contains("spool.room_wait"), "\(error)")
      #expect(try trial.segments().isEmpty)
      trial.pipeline.spool.minFree = 0
      let (summary, _) = try await trial.run()
      #expect(summary.complete)
      #expect(try trial.ready().lines == (1...6).map(Wire.record))
    }
  }

  @Test("a fetch that waits for room says so once, and ends at once when it is asked to")
  func cancelled() async throws {
    let folder = try TemporarySpool()
    let trial = try FetchTrial("http://127.0.0.1:9", style: .rest)
    var settings = trial.pipeline.spool
    settings.minFree = 1 << 50
    settings.roomWait = .seconds(60)
    let words = Words()
    let wait = RoomWait(
      try trial.pipeline.feed(named: "cars"),
      in: folder.spool,
      settings: settings,
      logger: Logger(label: "test") { _ in words }
    )
    let task = Task { try await Waiter().run(wait) }
    defer { task.cancel() }
    while words.all.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(words.all.count == 1 && words.all[0].contains("waiting for room"))
  }
}

/// Waits on a thread of its own, as the worker that writes segments does.
private actor Waiter {
  private let executor = BlockingExecutor()
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

  func run(_ wait: RoomWait) throws { try wait() }
}

/// Keeps what was logged.
private final class Words: LogHandler {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }
  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  var logLevel: Logger.Level {
    get { .trace }
    set {}
  }
  subscript(metadataKey _: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }
  func log(event: LogEvent) { lines.withLock { $0.append("\(event.message)") } }
}
