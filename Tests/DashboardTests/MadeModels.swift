import Control
import Spool
import Telemetry

@testable import Dashboard
@testable import Monitoring

/// The dashboard as it may be found: empty, in good days, in a bad one, in the middle of a run.
enum MadeModels: String, CaseIterable, Sendable {
  case empty
  case good
  case running
  case failed
  case hostile

  var model: DashboardModel {
    switch self {
    case .empty: Self.made(runs: 0)
    case .good: Self.made(runs: 30)
    case .running: Self.running()
    case .failed: Self.failed()
    case .hostile: Self.hostile()
    }
  }

  static let now = 1_763_755_200_000

  static func run(_ feed: String, _ number: Int, status: RunMetrics.Status = .succeeded) -> RunMetrics {
    let finished = now - 3_600_000 * (number + 1)
    var run = RunMetrics(
      began: finished - 90_000,
      finished: finished,
      feed: feed,
      run: "20261121T100000Z-aaaa",
      status: status,
      seconds: Double(60 + number * 7 % 40)
    )
    run.counts.fetched = 12_000 + number * 977 % 5000
    run.counts.inserted = 120
    run.counts.updated = 900
    run.counts.unchanged = run.counts.fetched - 1020
    run.counts.pages = 24
    run.counts.segments = 4
    (run.requests, run.requestErrors) = (25, number % 4)
    run.requestTimes = .init(mean: 190, p50: 170, p95: 400 + Double(number % 7) * 30, p99: 700)
    run.rowsPerSecond = Double(run.counts.fetched) / run.seconds
    run.pagesPerSecond = 0.4
    (run.queries, run.batches, run.batchMean, run.batchEfficiency) = (120, 4, 300, 0.6)
    run.queryTimes = .init(mean: 4, p95: 20)
    run.memoryPeakBytes = 90 << 20
    run.stages = [.fetch: ["memory_peak_bytes": 40e6, "memory_bytes": 30e6], .merge: ["memory_peak_bytes": 50e6]]
    return run
  }

  static func made(runs: Int, feeds: [String] = ["idx", "vow", "media", "rooms"]) -> DashboardModel {
    let made = feeds.map { name in
      let queues = QueueName.allCases.map { PipelineSnapshot.Queue(name: $0, segments: [.done: 40]) }
      var feed = PipelineSnapshot.Feed(
        name: name,
        source: "ampre",
        table: name,
        hasParents: name == "media",
        queues: queues,
        rejectedFiles: 0,
        rejectedRecords: 0
      )
      feed.runs = (0..<runs).map { run(name, $0) }
      return feed
    }
    var state = SourceState()
    state.requests = 123_456
    let source = PipelineSnapshot.SourceStand(
      name: "ampre",
      state: state,
      breaker: .closed,
      openSeconds: 0,
      heldSeconds: 0,
      limits: [("second", 5), ("hour", 2000)]
    )
    var model = DashboardModel(name: "homes", snapshot: PipelineSnapshot(time: now, feeds: made, sources: [source]))
    model.service = .init(isScheduled: true, nextRun: now + 7_200_000, schedule: "every 12 h")
    model.links.feeds = "/feeds/"
    model.links.others = [.init("Overview", "/"), .init("API", "/api/v1/docs"), .init("Metrics", "/metrics")]
    return model
  }

  static func running() -> DashboardModel {
    var model = made(runs: 12)
    var counts = FeedCounts()
    (counts.fetched, counts.unchanged, counts.pages) = (7400, 5000, 15)
    var live = ProgressSnapshot(feed: "media", elapsed: .seconds(42), counts: counts)
    (live.total, live.fraction, live.rowsPerSecond, live.remaining) = (12_000, 0.61, 180.5, .seconds(26))
    var fetch = StageStand(stage: .fetch, condition: .held(.limits, left: .seconds(4)))
    fetch.p95 = 210
    live.stages = [fetch]
    model.live = [live, ProgressSnapshot(feed: "rooms", elapsed: .seconds(1), counts: FeedCounts())]
    model.snapshot.feeds[2].queues[1].segments[.ready] = 3
    return model
  }

  static func failed() -> DashboardModel {
    var model = made(runs: 12)
    var bad = run("media", 0, status: .failed)
    bad.error = "weir-fetch: media: page 7 of https://query.ampre.ca/odata/Media was given up after 6 tries: status 503"
    (bad.requestErrors, bad.counts.rejected) = (18, 40)
    bad.alerts = ["more faulty: 2 % of requests and records failed, 12 times as much (the median of 10 runs: 0.16 %)"]
    model.snapshot.feeds[2].runs[0] = bad
    model.snapshot.feeds[3].runs[0] = run("rooms", 0, status: .skipped)
    model.snapshot.feeds[0].runs[0] = run("idx", 0, status: .missed)
    model.snapshot.feeds[0].runs[0].missed = ["took 1.5 minutes, and max_minutes is 1: 1.5 times as much"]
    model.snapshot.feeds[2].rejectedFiles = 2
    model.snapshot.feeds[2].rejectedRecords = 40
    model.snapshot.feeds[1].queues[2].segments[.held] = 1
    model.snapshot.sources[0].breaker = .open
    model.snapshot.sources[0].openSeconds = 21
    model.rejected = [
      .init(
        feed: "media",
        program: "weir-stage",
        reason: "is no number",
        field: "MediaSizeBytes",
        count: 38,
        segment: "20261121T100000Z-aaaa-000003"
      ),
      .init(
        feed: "media",
        program: "weir-hash",
        reason: "no key",
        field: nil,
        count: 2,
        segment: "20261121T100000Z-aaaa-000001"
      ),
    ]
    model.drift = [
      .init(
        feed: "idx",
        what: "new",
        text: "new field \"WaterfrontYN\" (boolean), for example true; mapped by no column",
        run: "20261121T100000Z-aaaa"
      )
    ]
    return model
  }

  static let attack = "<script>alert(1)</script>\"'&\u{0}\u{1B}[31m<img src=x onerror=alert(1)>"

  /// Every text that may come from a vendor, a database or a person.
  static func hostile() -> DashboardModel {
    var model = failed()
    model.name = attack
    model.snapshot.databaseTrouble = attack
    model.snapshot.feeds[2].runs[0].error = attack
    model.snapshot.feeds[2].runs[0].alerts = [attack]
    model.snapshot.feeds[0].runs[0].missed = [attack]
    model.snapshot.sources[0].name = attack
    model.rejected[0].reason = attack
    model.rejected[0].field = attack
    model.drift[0].text = attack
    return model
  }
}
