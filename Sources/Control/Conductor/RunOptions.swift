/// What a person asks of a run, beyond which feeds.
public struct RunOptions: Sendable, Equatable {
  /// Everything, not only what changed since the watermark.
  public var isFull = false
  /// Start from this version instead of the watermark.
  public var since: String?
  /// Most records of each feed.
  public var limit: Int?
  /// Goes on where the last run stopped, if it did not come to its end.
  public var resumes = true
  /// Feeds of a phase that are run side by side.
  public var feedsAtOnce = 1
  /// Bytes that all programs together are to hold at most: segments and workers shrink when that is near. Nil for no bound but
  /// that of the machine.
  public var maxMemory: Int?
  /// Whether ``maxMemory`` is also for the program that runs this: a service has many runs, and its own memory is none's.
  public var countsOwnMemory = true
  /// How long programs are waited for that an earlier run, which was killed, has left behind.
  public var fetchWait = Duration.zero
  /// `pipeline.json` as it was named on the command line.
  public var config: String

  public init(config: String) { self.config = config }

  /// What the four programs of a feed hold at least.
  ///
  /// Measured on records of 1 KB: fetch 30, hash 22, stage 38 and merge 25 MiB, with the segments of 16 MiB.
  static let feedBytesMin = 128 << 20

  /// Feeds side by side, as far as there is memory for them.
  var lanesAtOnce: Int { max(1, min(feedsAtOnce, maxMemory.map { $0 / Self.feedBytesMin } ?? feedsAtOnce)) }

  /// What every program is given.
  var shared: [String] { ["--config", config, "--log-format", "json"] }

  /// What fetch is given for a feed.
  func fetchArguments(feed: String) -> [String] {
    var arguments = [feed]
    if isFull { arguments.append("--full") }
    if let since { arguments += ["--since", since] }
    if let limit { arguments += ["--limit", String(limit)] }
    if !resumes { arguments.append("--no-resume") }
    return arguments + shared
  }
}
