public import Spool
public import Telemetry

/// What one program of a running feed does at one moment.
public struct StageStand: Sendable, Equatable {
  /// Why a program does, or does not, get on: rate-limited, waiting and hung are three things.
  public enum Condition: Sendable, Equatable {
    case starting
    case working
    /// It has done all there is, and more may come.
    case idle
    case done
    /// Requests are held back on purpose; how long still, when that is known.
    case held(Meter.Wait, left: Duration?)
    /// It waits for the vendor's answer, or for the database, for so long.
    case waiting(Duration)
    /// It lives and says nothing: it hangs, or was stopped from outside.
    case silent(Duration)
  }

  public var stage: StageName
  public var condition: Condition
  /// Segments that are ready for it; nil of fetch, and while it was not looked.
  public var queued: Int?
  /// Records a second of late.
  public var rowsPerSecond: Double?
  /// Of a request for fetch, of a segment for the others, in milliseconds.
  public var p50: Double?
  public var p95: Double?
  public var p99: Double?
  public var memoryBytes: Int?
  /// Requests, or segments, under way.
  public var underWay: Int?
  /// As many requests as may be under way now.
  public var concurrency: Int?

  public init(stage: StageName, condition: Condition) {
    self.stage = stage
    self.condition = condition
  }

  /// What the program does, in words: `rate-limited: next request in 4 s`.
  public var words: String { StageTable.text(self) }
  /// It is held up, waits or hangs.
  public var isHeldUp: Bool { StageTable.isNews(condition) }

  /// A program that says nothing for so long hangs: its pulse is every second.
  public static let silenceMost = Reporter.pulseInterval * 5
  /// An answer that takes longer is worth a word.
  public static let answerMost = Duration.seconds(5)
}

extension StageStand {
  /// - Parameters:
  ///   - stage: Which program.
  ///   - figures: What it measured last; nil when it has said nothing yet.
  ///   - silence: Since it said something, or was started; nil when it has ended.
  ///   - hasEnded: It said that it is done.
  init(_ stage: StageName, figures: [String: Double]?, silence: Duration?, hasEnded: Bool) {
    let work = stage == .fetch ? "request" : "segment"
    self.init(
      stage: stage,
      condition: Self.condition(work, figures: figures, silence: silence, hasEnded: hasEnded)
    )
    guard let figures else { return }
    p50 = figures["\(work)_p50_ms"]
    p95 = figures["\(work)_p95_ms"]
    p99 = figures["\(work)_p99_ms"]
    memoryBytes = figures["memory_bytes"].map { Int($0) }
    underWay = figures["\(work)_open"].map { Int($0) }
    concurrency = figures["concurrency"].map { Int($0) }
  }

  private static func condition(
    _ work: String,
    figures: [String: Double]?,
    silence: Duration?,
    hasEnded: Bool
  ) -> Condition {
    if hasEnded { return .done }
    // Also of one that hangs before its first word.
    if let silence, silence > silenceMost { return .silent(silence) }
    guard let figures, let silence else { return .starting }
    let open = figures["\(work)_open"] ?? 0
    // The breaker and a full spool stop everything; a limit is news only when nothing is under way.
    let waits = Meter.Wait.allCases.filter { (figures["waiting_\($0.rawValue)"] ?? 0) > 0 }
    if let wait = [.breaker, .room, .vendor].first(where: waits.contains) ?? (open == 0 ? waits.first : nil) {
      return .held(wait, left: figures["wait_left_ms"].map { max(.zero, .milliseconds($0) - silence) })
    }
    if let oldest = figures["\(work)_oldest_ms"], .milliseconds(oldest) > answerMost {
      return .waiting(.milliseconds(oldest) + silence)
    }
    return open > 0 || figures["\(work)_count"] == nil ? .working : .idle
  }
}

extension Duration {
  static func milliseconds(_ count: Double) -> Duration { .microseconds(Int64(count * 1000)) }
}
