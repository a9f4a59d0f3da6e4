import Control
import Monitoring
import PipelineConfig
import Spool
import SystemPackage

/// Runs and snapshots as tests need them.
enum MadeRuns {
  /// A run with every figure set, none of them as another.
  static func full(_ feed: String = "cars", finished: Int = 1_763_755_200_123) -> RunMetrics {
    var run = RunMetrics(
      began: finished - 65_000,
      finished: finished,
      feed: feed,
      run: "20261120T234408Z-7k2q",
      isFull: true,
      status: .missed,
      seconds: 61.5
    )
    run.counts.pages = 11
    run.counts.fetched = 1000
    run.counts.inserted = 200
    run.counts.updated = 90
    run.counts.unchanged = 600
    run.counts.superseded = 40
    run.counts.orphaned = 30
    run.counts.deleted = 20
    run.counts.rejected = 20
    run.counts.segments = 7
    run.counts.bytes = 123_456
    run.counts.retries = 3
    run.counts.requests = 14
    run.answerBytes = 130_000
    (run.pagesPerSecond, run.rowsPerSecond) = (0.25, 16.5)
    (run.requests, run.requestErrors) = (14, 3)
    run.requestTimes = .init(mean: 85.5, p50: 80, p95: 210.25, p99: 400)
    run.requestParallelism = 2.5
    (run.queries, run.queryErrors) = (44, 1)
    run.queryTimes.mean = 3.5
    run.queryTimes.p95 = 12
    (run.batches, run.batchMean, run.batchEfficiency) = (6, 150, 0.75)
    (run.breakerOpenings, run.waited) = (2, 4321.5)
    (run.memoryPeakBytes, run.memoryGrowthBytes) = (64 << 20, -4096)
    run.missed = ["61.5 s, and \"max\" is 5"]
    run.alerts = ["slower: a\\b"]
    run.error = "line\nbreak"
    run.stages = [
      .fetch: ["request_errors_throttled": 3, "memory_peak_bytes": 9_000_000], .merge: ["query_count": 44],
    ]
    return run
  }

  /// A plain run that succeeded.
  static func plain(
    seconds: Double = 20,
    fetched: Int = 2000,
    errors: Int = 0,
    isFull: Bool = false,
    status: RunMetrics.Status = .succeeded,
    finished: Int = 0
  ) -> RunMetrics {
    var run = RunMetrics(
      began: finished,
      finished: finished,
      feed: "cars",
      isFull: isFull,
      status: status,
      seconds: seconds
    )
    run.counts.fetched = fetched
    run.counts.unchanged = fetched
    (run.requests, run.requestErrors) = (100, errors)
    run.counts.requests = 100
    return run
  }

  static let pipeline = """
    {
      "sources": { "shop": { "base_url": "https://shop.example/api", "limits": { "per_second": 2.5, "per_minute": 60 } } },
      "feeds": { "cars": { "source": "shop", "path": "c", "pagination": { "kind": "odata", "page_size": 9 }, "key": ["id"],
                           "table": "car", "columns": { "id": "text" } } }
    }
    """

  static func read(_ text: String = pipeline) throws -> Pipeline {
    try Pipeline(json: Array(text.utf8), directory: "/etc/weir", environment: [:])
  }
}
