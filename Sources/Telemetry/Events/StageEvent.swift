internal import FoundationEssentials

/// One line on standard error under `--log-format json`: how `weir run` knows what each stage is doing.
///
/// Fields only grow. What does not apply is absent, not null.
public struct StageEvent: Codable, Sendable, Equatable {
  public enum Kind: String, Codable, Sendable {
    case log
    case started
    case progress
    case finished
    case failed
  }

  public var event: Kind
  /// RFC 3339, UTC, milliseconds.
  public var time: String
  /// The program: `weir-merge`.
  public var stage: String
  public var feed: String?
  public var run: String?
  /// swift-log's name of the level; on a log line.
  public var level: String?
  public var message: String?
  /// What to do next; on a failure that knows it.
  public var next: String?
  /// Totals since this process began.
  public var counts: [String: Int]
  /// What the process has measured, as it is now: unlike counts these may fall. Times are in milliseconds.
  public var figures: [String: Double]?
  /// Records expected in all, when the vendor says.
  public var total: Int?
  /// Since this process began.
  public var seconds: Double?
  public var peakBytes: Int?
  /// What the process is about to exit with; on a failure.
  public var exitStatus: Int32?

  public init(
    _ event: Kind,
    stage: String,
    time: String,
    feed: String? = nil,
    run: String? = nil,
    counts: [String: Int] = [:]
  ) {
    self.event = event
    self.time = time
    self.stage = stage
    self.feed = feed
    self.run = run
    self.counts = counts
  }

  private enum CodingKeys: String, CodingKey {
    case event
    case time
    case stage
    case feed
    case run
    case level
    case message
    case next
    case counts
    case figures
    case total
    case seconds
    case peakBytes = "peak_bytes"
    case exitStatus = "exit_status"
  }
}

extension StageEvent {
  /// Reads a line of a stage's standard error; nil when it is none of ours, for example a crash report of the runtime.
  public init?(line: some StringProtocol) {
    guard line.first == "{" else { return nil }
    guard let event = try? JSONDecoder().decode(Self.self, from: Data(line.utf8)) else { return nil }
    self = event
  }

  /// The event as one line of JSON, members sorted.
  public var line: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Text, whole numbers and one finite number: nothing here that JSON cannot say.
    guard let bytes = try? encoder.encode(self) else {
      preconditionFailure("an event holds a number that is not finite")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
