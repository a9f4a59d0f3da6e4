public import Logging
internal import Synchronization

/// The voice of one program: its log, its progress and its end, on standard error.
///
/// Text is for a person, JSON for `weir run`; the same calls serve both.
public final class Reporter: Sendable {
  /// Constant message, details in metadata; never a row's content, never a secret.
  public let logger: Logger
  /// What this program measures; every event in JSON carries it.
  public let meter = Meter()

  private let stage: String
  private let format: LogFormat
  private let write: @Sendable (String) -> Void
  private let began = ContinuousClock.now
  private let latest = Mutex(Latest())
  /// Held from when figures are taken until they are written, so that no older ones come after newer ones. True when the work is
  /// done, and no pulse is to come behind that.
  private let speaking = Mutex(false)

  /// What was said last of how far the work is.
  private struct Latest {
    var time: ContinuousClock.Instant?
    var feed: String?
    var run: String?
    var counts: [String: Int] = [:]
    var total: Int?
  }

  /// Least time between two lines of progress. Five a second is smooth to the eye and nothing to write.
  public static let progressInterval = Duration.milliseconds(200)
  /// Longest silence of a program that lives: what says nothing for several of these hangs.
  public static let pulseInterval = Duration.seconds(1)

  /// - Parameters:
  ///   - stage: The program's name, `weir-merge`; begins every line of text.
  ///   - format: Text for a person, JSON for a program.
  ///   - level: The least level of the log that is written.
  public convenience init(stage: String, format: LogFormat, level: Logger.Level) {
    self.init(stage: stage, format: format, level: level) { try? StandardStream.error.writeLine($0) }
  }

  init(stage: String, format: LogFormat, level: Logger.Level, write: @escaping @Sendable (String) -> Void) {
    self.stage = stage
    self.format = format
    self.write = write
    logger = Logger(label: stage) { _ in
      EventLogHandler(stage: stage, format: format, level: level, write: write)
    }
  }

  /// The work has begun. Text: a log line of level info.
  public func started(feed: String? = nil, run: String? = nil, message: String) {
    guard format == .json else { return logger.info("\(subject(feed))\(message)") }
    send(.started, feed: feed, run: run) { $0.message = message }
  }

  /// How far the work is. Silent in text; in JSON one line each ``progressInterval`` at most, the rest is dropped.
  ///
  /// `counts` are totals since this process began, `total` the records expected in all when the vendor says.
  public func progress(feed: String? = nil, run: String? = nil, counts: [String: Int], total: Int? = nil) {
    guard format == .json else { return }
    let now = ContinuousClock.now
    let isDue = latest.withLock { latest in
      let isDue = latest.time.map { now - $0 >= Self.progressInterval } ?? true
      latest = Latest(time: isDue ? now : latest.time, feed: feed, run: run, counts: counts, total: total)
      return isDue
    }
    guard isDue else { return }
    send(.progress, feed: feed, run: run, counts: counts) { $0.total = total }
  }

  /// Says once more how far the work is when nothing was said for ``pulseInterval``: with it come the figures of now, and
  /// who listens knows that the program lives. Silent in text.
  func pulse() {
    guard format == .json else { return }
    let now = ContinuousClock.now
    let due: Latest? = latest.withLock { latest in
      if let time = latest.time, now - time < Self.pulseInterval { return nil }
      latest.time = now
      return latest
    }
    guard let due else { return }
    send(.progress, isPulse: true, feed: due.feed, run: due.run, counts: due.counts) { $0.total = due.total }
  }

  /// The work is done. Text: one line for a person with the counts and the time.
  public func finished(
    feed: String? = nil,
    run: String? = nil,
    counts: [String: Int],
    total: Int? = nil,
    message: String
  ) {
    switch format {
    case .text:
      let numbers = CountText.sentence(counts)
      let details = [numbers, CountText.seconds(elapsed)].filter { !$0.isEmpty }.joined(separator: "; ")
      write("\(stage): \(subject(feed))\(message) (\(details))")
    case .json:
      send(.finished, feed: feed, run: run, counts: counts) { event in
        event.message = message
        event.total = total
      }
    }
  }

  /// The program, or one segment of its work, failed. In JSON with how far the work was, as ``progress(feed:run:counts:total:)``
  /// was told last: not every line of that is written.
  public func failed(_ error: any Error, feed: String? = nil) {
    switch format {
    case .text:
      write("\(stage): error: \(error)")
    case .json:
      let known = error as? any OperatorError
      let counts = latest.withLock(\.counts)
      send(.failed, feed: feed, run: nil, counts: counts) { event in
        event.message = known?.message ?? "\(error)"
        event.next = known?.hint
        event.exitStatus = ExitStatus(for: error).rawValue
      }
    }
  }
}

extension Reporter {
  private var elapsed: Duration { ContinuousClock.now - began }

  private func subject(_ feed: String?) -> String { feed.map { "\($0): " } ?? "" }

  private func send(
    _ kind: StageEvent.Kind,
    isPulse: Bool = false,
    feed: String?,
    run: String?,
    counts: [String: Int] = [:],
    _ fill: (inout StageEvent) -> Void
  ) {
    speaking.withLock { isDone in
      if isPulse, isDone { return }
      if kind == .finished { isDone = true }
      var event = StageEvent(kind, stage: stage, time: WallClock.timestamp(), feed: feed, run: run, counts: counts)
      event.seconds = elapsed / .seconds(1)
      let memory = ProcessMemory.now()
      event.peakBytes = memory?.peakBytes
      var figures = meter.figures
      if let memory { figures["memory_bytes"] = Double(memory.bytes) }
      event.figures = figures
      fill(&event)
      write(event.line)
    }
  }
}
