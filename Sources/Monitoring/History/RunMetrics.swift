public import Control
internal import JSONText
public import Spool

/// How one feed's part of a run went: one row of `weir.run_metrics`.
public struct RunMetrics: Sendable, Equatable {
  /// Milliseconds of a kind of work; each is nil when there was none.
  public struct Times: Sendable, Equatable {
    public var mean: Double?
    public var p50: Double?
    public var p95: Double?
    public var p99: Double?

    public init(mean: Double? = nil, p50: Double? = nil, p95: Double? = nil, p99: Double? = nil) {
      (self.mean, self.p50, self.p95, self.p99) = (mean, p50, p95, p99)
    }

    init(_ work: String, in figures: [String: Double]) {
      mean = figures["\(work)_mean_ms"]
      p50 = figures["\(work)_p50_ms"]
      p95 = figures["\(work)_p95_ms"]
      p99 = figures["\(work)_p99_ms"]
    }
  }

  /// When the whole run began, in milliseconds since 1970: the same for all its feeds.
  public var began: Int
  public var finished: Int
  public var feed: String
  /// As fetch named it; nil when it came not so far.
  public var run: String?
  public var isFull: Bool
  public var status: Status
  public var seconds: Double
  public var counts = FeedCounts()
  /// Of the vendor's answers, decompressed.
  public var answerBytes = 0
  public var pagesPerSecond: Double?
  public var rowsPerSecond: Double?
  /// Something was fetched behind the warm-up, and the rates are of that; known when the run ends, and not kept.
  public var isWarm = false
  /// Tries, the failed ones included.
  public var requests = 0
  public var requestErrors = 0
  public var requestTimes = Times()
  /// Requests under way at the same time, on average over the time in which there was one.
  public var requestParallelism: Double?
  public var queries = 0
  public var queryErrors = 0
  public var queryTimes = Times()
  /// Segments merged.
  public var batches = 0
  public var batchMean: Double?
  /// Of the workers that there were at most, the share that was busy, 0…1.
  public var batchEfficiency: Double?
  public var breakerOpenings = 0
  /// Milliseconds that requests waited, all together: for limits, the vendor, the breaker, room and before tries.
  public var waited = 0.0
  /// Of the four programs together.
  public var memoryPeakBytes = 0
  public var memoryGrowthBytes: Int?
  /// Acceptance targets that were missed, each with by how much.
  public var missed: [String] = []
  /// What was unlike past runs.
  public var alerts: [String] = []
  public var error: String?
  /// Each program's own figures, and its largest memory as `memory_peak_bytes`.
  public var stages: [StageName: [String: Double]] = [:]

  public enum Status: String, CaseIterable, Sendable {
    case succeeded
    /// All was done, and not as well as the acceptance targets want it.
    case missed
    case failed
    case stopped
    case skipped
    case notStarted = "not_started"

    /// The data is where it should be.
    public var isGood: Bool { self == .succeeded }
  }

  public init(
    began: Int,
    finished: Int,
    feed: String,
    run: String? = nil,
    isFull: Bool = false,
    status: Status,
    seconds: Double
  ) {
    (self.began, self.finished, self.feed, self.run) = (began, finished, feed, run)
    (self.isFull, self.status, self.seconds) = (isFull, status, seconds)
  }
}

extension RunMetrics {
  /// - Parameters:
  ///   - outcome: How the feed ended.
  ///   - began: When the whole run began, in milliseconds since 1970.
  ///   - finished: When the feed ended.
  ///   - isFull: Everything was asked for.
  public init(_ outcome: FeedOutcome, began: Int, finished: Int, isFull: Bool) {
    self.init(
      began: began,
      finished: finished,
      feed: outcome.feed,
      run: outcome.run,
      isFull: isFull,
      status: Status(outcome),
      seconds: outcome.elapsed / .seconds(1)
    )
    counts = outcome.counts
    missed = outcome.missed
    error = outcome.reason.map { reason in (reason.program.map { "\($0): " } ?? "") + reason.message }
    let measures = outcome.measures
    pagesPerSecond = measures.pagesPerSecond ?? outcome.pagesPerSecond
    rowsPerSecond = measures.rowsPerSecond ?? outcome.rowsPerSecond
    isWarm = measures.isWarm
    memoryGrowthBytes = measures.memoryGrowthBytes
    memoryPeakBytes = outcome.peakBytes.values.reduce(0, +)
    stages = measures.figures
    for (stage, peak) in outcome.peakBytes { stages[stage, default: [:]]["memory_peak_bytes"] = Double(peak) }

    let fetch = measures.figures[.fetch] ?? [:]
    answerBytes = Int(fetch["answer_bytes"] ?? 0)
    requests = Int(fetch["request_count"] ?? Double(counts.requests))
    requestErrors = Int(fetch["request_errors"] ?? 0)
    requestTimes = Times("request", in: fetch)
    requestParallelism = Self.ratio(fetch["request_total_ms"], fetch["request_busy_ms"])
    breakerOpenings = Int(fetch["breaker_openings"] ?? 0)
    waited = fetch.filter { $0.key.hasPrefix("waited_") }.values.reduce(0, +)

    let merge = measures.figures[.merge] ?? [:]
    queries = Int(merge["query_count"] ?? 0)
    queryErrors = Int(merge["query_errors"] ?? 0)
    queryTimes = Times("query", in: merge)
    batches = Int(merge["segment_count"] ?? 0)
    batchMean = merge["segment_mean_ms"]
    batchEfficiency = Self.ratio(
      merge["segment_total_ms"],
      merge["segment_busy_ms"].map { $0 * (merge["segment_most"] ?? 1) }
    )
    .map { min(1, $0) }
  }

  private static func ratio(_ upper: Double?, _ lower: Double?) -> Double? {
    guard let upper, let lower, lower > 0 else { return nil }
    return upper / lower
  }

  /// Share of the fetched records that found no place, 0…1; nil when nothing was fetched.
  public var errorRate: Double? { counts.successRate.map { 1 - $0 } }
  /// Share of the tries that failed, 0…1; nil when there was none.
  public var requestErrorRate: Double? { requests > 0 ? Double(requestErrors) / Double(requests) : nil }

  /// Records of a feed with parents whose parent was looked for, and those whose parent was there.
  public var validations: (count: Int, hits: Int) {
    (counts.placed - counts.deleted, counts.placed - counts.deleted - counts.orphaned)
  }
}

extension RunMetrics.Status {
  init(_ outcome: FeedOutcome) {
    self =
      switch outcome.status {
      case .succeeded: outcome.missed.isEmpty ? .succeeded : .missed
      case .failed: .failed
      case .stopped: .stopped
      case .skipped: .skipped
      case .notStarted: .notStarted
      }
  }
}
