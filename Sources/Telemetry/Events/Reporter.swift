public import Logging
internal import Synchronization

/// The voice of one program: its log, its progress and its end, on standard error.
///
/// Text is for a person, JSON for `weir run`; the same calls serve both.
public final class Reporter: Sendable {
  /// Constant message, details in metadata; never a row's content, never a secret.
  public let logger: Logger

  private let stage: String
  private let format: LogFormat
  private let write: @Sendable (String) -> Void
  private let began = ContinuousClock.now
  private let lastProgress = Mutex<ContinuousClock.Instant?>(nil)

  /// Least time between two lines of progress. Five a second is smooth to the eye and nothing to write.
  public static let progressInterval = Duration.milliseconds(200)

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
    let isDue = lastProgress.withLock { last in
      if let last, now - last < Self.progressInterval { return false }
      last = now
      return true
    }
    guard isDue else { return }
    send(.progress, feed: feed, run: run, counts: counts) { $0.total = total }
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

  /// The program, or one segment of its work, failed.
  public func failed(_ error: any Error, feed: String? = nil) {
    switch format {
    case .text:
      write("\(stage): error: \(error)")
    case .json:
      let known = error as? any OperatorError
      send(.failed, feed: feed, run: nil) { event in
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
    feed: String?,
    run: String?,
    counts: [String: Int] = [:],
    _ fill: (inout StageEvent) -> Void
  ) {
    var event = StageEvent(kind, stage: stage, time: WallClock.timestamp(), feed: feed, run: run, counts: counts)
    event.seconds = elapsed / .seconds(1)
    event.peakBytes = ProcessMemory.peakBytes()
    fill(&event)
    write(event.line)
  }
}
