internal import Glibc
internal import Logging
internal import PipelineConfig
internal import Spool
internal import Telemetry

/// Waits before each segment until the spool has room for one more.
///
/// Blocks its thread: the worker that writes segments has one of its own, and what it waits for is the disk. A task
/// that is cancelled waits no longer.
struct RoomWait: Sendable {
  private let feed: String
  private let room: SpoolRoom
  private let most: Duration
  private let logger: Logger
  private let meter: Meter

  /// Between two looks at the disk and the queues.
  private static let interval = Duration.milliseconds(200)

  /// `remeasure` is for how long a sum of the spool's bytes is good.
  init(
    _ feed: Feed,
    in spool: Spool,
    settings: SpoolSettings,
    logger: Logger,
    meter: Meter = Meter(),
    remeasure: Duration = .seconds(5)
  ) {
    let bounds = SpoolBounds(maxBytes: settings.maxBytes, minFree: settings.minFree, maxReady: settings.maxReady)
    self.feed = feed.name
    room = SpoolRoom(spool, feed: feed.name, bounds: bounds, remeasure: remeasure)
    most = settings.roomWait
    self.logger = logger
    self.meter = meter
  }

  /// Returns as soon as there is room. Says that it waits, and that it goes on.
  ///
  /// - Throws: ``FetchError`` with status 75 when nothing has become better for as long as the pipeline waits;
  ///   `CancellationError`, `SpoolError`.
  func callAsFunction() throws {
    guard var shortage = try room.shortage() else { return }
    logger.warning("waiting for room", metadata: ["feed": "\(feed)", "why": "\(shortage)"])
    let ticket = meter.wait(.room)
    defer { meter.resume(ticket) }
    // By bound: two that take turns are no progress.
    var least = [shortage.bound: shortage.missing]
    var deadline = ContinuousClock.now + most
    while true {
      guard ContinuousClock.now < deadline else { throw NoRoom.error(feed, shortage, after: most) }
      try Task.checkCancellation()
      usleep(UInt32(Self.interval / .microseconds(1)))
      guard let now = try room.shortage() else { break }
      // Whoever works the queues off is given time for as long as there is progress.
      if least[now.bound].map({ now.missing < $0 }) ?? true {
        least[now.bound] = now.missing
        deadline = .now + most
      }
      shortage = now
    }
    logger.notice("there is room again", metadata: ["feed": "\(feed)"])
  }
}

/// The run ends where it is, for lack of room; the next one goes on behind what was published.
private enum NoRoom {
  static func error(_ feed: String, _ shortage: RoomShortage, after time: Duration) -> FetchError {
    FetchError(
      feed: feed,
      message: "no room for \(time.components.seconds) s (spool.room_wait): \(shortage)",
      hint: "let weir-hash, weir-stage and weir-merge work off what is ready, or weir spool gc; then run it again",
      exitStatus: .temporaryFailure
    )
  }
}
