internal import CLinux
internal import Glibc
internal import Synchronization
internal import Telemetry

/// How far a feed's programs are asked to do with less memory: `<feed>/state/pressure`.
///
/// Who watches the memory of a run writes it, and again while it holds: it is forgotten half a minute after, so that nothing
/// stays small because of a watcher that was killed. Each step halves what is in hand at once.
extension Spool {
  private static let pressureName = "pressure"
  /// A thirty-second of what the pipeline says.
  public static let pressureMax = 5
  /// How long it holds unless it is written again.
  static let pressureHolds = Duration.seconds(30)

  /// Asks the programs of a feed to do with less memory; 0 for all that the pipeline says.
  ///
  /// - Parameters:
  ///   - level: Steps, 0...``pressureMax``.
  ///   - feed: The feed.
  ///   - now: The time since the machine started; nil asks for it.
  /// - Throws: ``SpoolError``.
  public func setPressure(_ level: Int, feed: String, now: Duration? = nil) throws(SpoolError) {
    let end = (now ?? Self.uptime()) + Self.pressureHolds
    let slots = try stateSlots(Self.pressureName, feed: feed)
    try slots.write(Array("\(min(max(0, level), Self.pressureMax)) \(end.components.seconds)".utf8), slot: 0)
  }

  /// What was asked of the programs of a feed and still holds; 0 when that is nothing.
  ///
  /// - Parameters:
  ///   - feed: The feed.
  ///   - now: The time since the machine started; nil asks for it.
  /// - Returns: Steps, 0...``pressureMax``.
  /// - Throws: ``SpoolError``.
  public func pressure(feed: String, now: Duration? = nil) throws(SpoolError) -> Int {
    guard let note = try existingSlots(Self.pressureName, feed: feed)?.read(slot: 0) else { return 0 }
    let words = String(decoding: note, as: UTF8.self).split(separator: " ").map { Int($0) }
    guard words.count == 2, let level = words[0], let end = words[1], (0...Self.pressureMax).contains(level),
      .seconds(end) >= (now ?? Self.uptime())
    else { return 0 }
    return level
  }

  /// Counts while the machine sleeps, too, and cannot be set.
  private static func uptime() -> Duration {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_BOOTTIME, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}

/// What a program asks before each piece of work: how many times it is to halve what it has in hand at once.
public final class PressureGauge: Sendable {
  private struct State {
    var feed: String?
    var level = 0
    var readAt: ContinuousClock.Instant?
  }

  private let spool: Spool
  private let isHeeded: Bool
  private let state: Mutex<State>

  /// Set in the environment of programs whose memory somebody watches. Others do not look: nobody writes anything for them.
  public static let variable = "WEIR_MEMORY_WATCHED"

  /// How long an answer is good.
  private static let interval = Duration.milliseconds(500)

  /// - Parameters:
  ///   - spool: Where the feed is.
  ///   - feed: The feed, where it is known already.
  ///   - isHeeded: Whether to look at all; nil for what the environment says.
  public init(_ spool: Spool, feed: String? = nil, isHeeded: Bool? = nil) {
    self.spool = spool
    self.isHeeded = isHeeded ?? (unsafe getenv(Self.variable) != nil)
    state = Mutex(State(feed: feed))
  }

  /// The feed that is worked on now.
  public func watch(_ feed: String) {
    state.withLock { state in
      if state.feed != feed { state = State(feed: feed, level: state.level) }
    }
  }

  /// 0 while there is memory enough. Where it cannot be read there is: it only ever makes work slower.
  ///
  /// When it rises, what was freed is given back to the system: without that a program stays as large as it ever was.
  public var level: Int {
    guard isHeeded else { return 0 }
    return state.withLock { state in
      guard let feed = state.feed else { return 0 }
      let now = ContinuousClock.now
      if let last = state.readAt, now - last < Self.interval { return state.level }
      state.readAt = now
      let level = (try? spool.pressure(feed: feed)) ?? 0
      if level > state.level { weir_give_memory_back() }
      state.level = level
      return level
    }
  }
}
