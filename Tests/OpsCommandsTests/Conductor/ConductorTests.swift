import Foundation
import PipelineConfig
import Spool
import Synchronization
import SystemPackage
import Telemetry
import Testing

@testable import Control

/// A whole run with stand-ins for the four programs: whose failure counts, who is skipped, what is said and recorded.
@Suite(.timeLimit(.minutes(5)))
struct ConductorTests {
  static let pipeline = """
    {
      "sources": { "s": { "base_url": "http://127.0.0.1:1" } },
      "feeds": {
        "homes": { "source": "s", "path": "H", "pagination": { "kind": "odata", "page_size": 10 }, "key": ["id"],
                   "table": "homes", "columns": { "id": "text" } },
        "media": { "source": "s", "path": "M", "pagination": { "kind": "odata", "page_size": 10 }, "key": ["id"],
                   "table": "media", "columns": { "id": "text", "home": "text" },
                   "parent": { "feed": "homes", "field": "home" } },
        "cars": { "source": "s", "path": "C", "pagination": { "kind": "odata", "page_size": 10 }, "key": ["id"],
                  "table": "cars", "columns": { "id": "text" } }
      }
    }
    """

  /// What a run did, said, and wrote down.
  struct Run {
    var report: RunReport
    var events: [RunEvent]
    var recorded: [FailedRun]

    func outcome(_ feed: String) -> FeedOutcome? { report.outcomes.first { $0.feed == feed } }
  }

  private func run(
    _ standIns: StandIns,
    in spool: SmallSpool,
    feeds: [String] = [],
    stop: StopControl = StopControl(),
    options: RunOptions = RunOptions(config: "p.json")
  ) async throws -> Run {
    let pipeline = try Pipeline(json: Array(Self.pipeline.utf8), directory: spool.root, environment: [:])
    let events = Mutex<[RunEvent]>([])
    let recorded = Mutex<[FailedRun]>([])
    let conductor = Conductor(
      pipeline: pipeline,
      spool: spool.spool,
      programs: standIns.programs,
      options: options,
      stop: stop,
      record: { run in recorded.withLock { $0.append(run) } },
      tell: { event in events.withLock { $0.append(event) } }
    )
    let report = await conductor.run(try RunPlan(pipeline, selected: feeds))
    return Run(report: report, events: events.withLock(\.self), recorded: recorded.withLock(\.self))
  }

  @Test("a run that goes well counts what its programs say, and passes the options on to fetch alone")
  func success() async throws {
    let standIns = try await StandIns([
      "fetch": #"say started '' ',"run":"20261120T234408Z-7k2q"'; echo x; say finished '"records":5,"pages":2'"#,
      "merge": #"cat; say finished '"inserted":3,"updated":1,"unchanged":1,"unseen":4' ',"peak_bytes":77'"#,
    ])
    var options = RunOptions(config: "p.json")
    (options.isFull, options.limit) = (true, 9)
    let run = try await run(standIns, in: SmallSpool(), feeds: ["cars"], options: options)
    let outcome = try #require(run.outcome("cars"))
    #expect(outcome.status == .succeeded && outcome.run == "20261120T234408Z-7k2q")
    #expect(outcome.counts.fetched == 5 && outcome.counts.settled == 5 && outcome.counts.unseen == 4)
    #expect(outcome.peakBytes == [.merge: 77])
    #expect(run.report.exitStatus == .success && run.recorded.isEmpty)
    #expect(
      try standIns.called() == [
        "fetch cars --full --limit 9 --config p.json --log-format json", "hash - --config p.json --log-format json",
        "merge - --config p.json --log-format json", "stage - --config p.json --log-format json",
      ]
    )
  }

  @Test(
    "the exit status is that of the program whose failure it is",
    arguments: ["fetch", "hash", "stage", "merge"],
    [65, 75, 77, 78]
  )
  func propagation(stage: String, status: Int32) async throws {
    let words = #"say failed '' ',"message":"no","next":"do it","exit_status":\#(status)'; "#
    let standIns = try await StandIns([stage: "\(words)exit \(status)"])
    let run = try await run(standIns, in: SmallSpool(), feeds: ["cars"])
    #expect(run.report.exitStatus.rawValue == status)
    let reason = try #require(run.outcome("cars")?.reason)
    #expect(reason.program == "weir-\(stage)" && reason.message == "no" && reason.next == "do it")
    #expect(run.recorded.map(\.feed) == ["cars"] && run.recorded.first?.error == "weir-\(stage): no")
    #expect(run.recorded.first?.isFull == true, "without a watermark everything is asked for")
  }

  @Test("children of a feed that failed are skipped, other feeds go on")
  func skipped() async throws {
    let standIns = try await StandIns(["fetch": #"case $1 in homes) exit 75;; *) echo one;; esac"#])
    let run = try await run(standIns, in: SmallSpool())
    #expect(run.report.outcomes.map(\.feed) == ["homes", "cars", "media"])
    #expect(run.report.outcomes.map(\.status) == [.failed, .succeeded, .skipped])
    #expect(run.report.exitStatus == .temporaryFailure)
    #expect(try standIns.called().filter { $0.hasPrefix("fetch media") }.isEmpty)
    #expect(run.recorded.map(\.feed) == ["homes"], "a feed that was not tried has no run to write down")
  }

  @Test("what an earlier run left over is worked off before the fetch, and said")
  func leftovers() async throws {
    let spool = try SmallSpool()
    try spool.add(1, of: "cars", to: .hashed, lines: ["{}"])
    try spool.add(2, of: "cars", to: .staged, lines: ["{}"])
    let standIns = try await StandIns()
    let run = try await run(standIns, in: spool, feeds: ["cars"])
    guard case .leftovers("cars", 2)? = run.events.first else { throw Unexpected(what: "\(run.events)") }
    #expect(try standIns.called().filter { $0.contains("--feed cars") }.map { $0.prefix(5) } == ["merge", "stage"])
    #expect(run.report.exitStatus == .success)
  }

  @Test(
    "leftovers that are held do not keep a feed from running; a database that is down does",
    arguments: [(Int32(65), FeedOutcome.Status.succeeded), (75, .failed), (78, .failed)]
  )
  func leftoversFail(status: Int32, expected: FeedOutcome.Status) async throws {
    let spool = try SmallSpool()
    try spool.add(2, of: "cars", to: .staged, lines: ["{}"])
    let standIns = try await StandIns(["merge": #"case $1 in --feed) exit \#(status);; *) cat;; esac"#])
    let run = try await run(standIns, in: spool, feeds: ["cars"])
    #expect(run.outcome("cars")?.status == expected)
    #expect(try standIns.called().contains { $0.hasPrefix("fetch") } == (expected == .succeeded))
  }

  @Test("a run that is stopped drains what was fetched, leaves the other feeds, and wants to be repeated")
  func stopped() async throws {
    let stop = StopControl()
    let standIns = try await StandIns([
      "fetch": "trap 'exit 75' TERM; echo one; say log '' ',\"level\":\"warning\"'; while :; do sleep 0.05; done",
      "merge": #"read x; say finished '"inserted":1'"#,
    ])
    let run = try await withThrowingTaskGroup(of: Run?.self) { group in
      group.addTask { try await self.run(standIns, in: SmallSpool(), stop: stop) }
      group.addTask {
        // A run that ends early ends this too, and then is what the test is about.
        while try !Task.isCancelled && standIns.called().count < 4 { try? await Task.sleep(for: .milliseconds(20)) }
        stop.request()
        return nil
      }
      var result: Run?
      while let run = try await group.next() {
        guard let run else { continue }
        result = run
        group.cancelAll()
      }
      return try #require(result)
    }
    #expect(run.report.outcomes.map(\.status) == [.stopped, .notStarted, .notStarted])
    #expect(run.outcome("homes")?.counts.inserted == 1)
    #expect(run.report.exitStatus == .temporaryFailure)
    #expect(run.recorded.map(\.status) == ["incomplete"])
  }

  @Test("a program that is missing is one clear failure, before anything is started")
  func missing() async throws {
    let spool = try SmallSpool()
    let empty = try await StandIns()
    try FileManager.default.removeItem(atPath: empty.directory.appending("weir-stage").string)
    let run = try await run(empty, in: spool, feeds: ["cars"])
    #expect(run.report.exitStatus == .unavailable)
    #expect(run.outcome("cars")?.reason?.message == "\(empty.directory)/weir-stage: no such program")
    #expect(try empty.called() == [])
  }

  @Test("a feed that another run has in hand is not run, and the other one is named; it is no run to write down")
  func inHand() async throws {
    let spool = try SmallSpool()
    let other = try RunLock("cars", in: spool.spool)
    let standIns = try await StandIns()
    let run = try await run(standIns, in: spool, feeds: ["cars"])
    let reason = try #require(run.outcome("cars")?.reason)
    #expect(run.report.exitStatus == .temporaryFailure && reason.message.contains("(process "), "\(reason)")
    #expect(try standIns.called() == [] && run.recorded == [])
    withExtendedLifetime(other) {}
  }

  @Test("when a run ends, the feed is anybody's again, and nobody is named")
  func handedBack() async throws {
    let spool = try SmallSpool()
    for _ in 0..<2 {
      let run = try await run(try await StandIns(), in: spool, feeds: ["cars"])
      #expect(run.report.exitStatus == .success)
      #expect(try RunLock.holder(of: "cars", in: spool.spool) == nil)
    }
  }

  @Test("feeds that do not wait for each other run side by side, as many as are wanted", arguments: [1, 2])
  func sideBySide(count: Int) async throws {
    let marks = NSTemporaryDirectory() + "weir-marks-\(UUID().uuidString)"
    defer { for feed in ["homes", "cars"] { try? FileManager.default.removeItem(atPath: "\(marks).\(feed)") } }
    // Each waits until the other has begun too, or for a second where it is to be alone.
    let script = """
      : > \(marks).$1
      for i in $(seq \(count == 2 ? 600 : 10)); do [ -e \(marks).homes ] && [ -e \(marks).cars ] && exit 0; sleep 0.1; done
      exit 65
      """
    var options = RunOptions(config: "p.json")
    options.feedsAtOnce = count
    let run = try await run(
      try await StandIns(["fetch": script]),
      in: SmallSpool(),
      feeds: ["homes", "cars"],
      options: options
    )
    #expect(run.report.outcomes.map(\.feed) == ["homes", "cars"], "in the order of the plan, whichever ends first")
    // One after another the first is alone, and the second finds its mark.
    #expect(run.report.outcomes.map(\.status) == (count == 2 ? [.succeeded, .succeeded] : [.failed, .succeeded]))
  }

  @Test("a feed that does not exist is named with those that do")
  func unknownFeed() throws {
    let pipeline = try Pipeline(json: Array(Self.pipeline.utf8), directory: "/tmp", environment: [:])
    #expect(throws: UnknownFeed.self) { try RunPlan(pipeline, selected: ["boats"]) }
  }

  struct Unexpected: Error { var what: String }
}
