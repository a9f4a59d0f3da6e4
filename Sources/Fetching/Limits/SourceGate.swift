internal import FoundationEssentials
internal import Logging
internal import PipelineConfig
internal import Spool
internal import Synchronization
internal import Telemetry

/// Lets the requests to a source out: within its limits, not before the vendor wants them, and through its breaker. All
/// programs that share the spool count together, also over restarts.
final class SourceGate: Sendable {
  private let file: Mutex<SourceFile>
  private let source: Source
  private let windows: [SourceFile.Window]
  private let logger: Logger
  private let meter: Meter
  /// A request counts for the vendor when it arrives there, which is somewhere between its sending and its answer. For
  /// as long as this it is taken to have come late; beyond it the answer was slow, not the way there.
  private let slack: Int

  /// Turns that are remembered beyond those of the largest window: so many may be given out and not due yet, and still
  /// be checked against what went before them.
  private static let turnsAhead = 256

  /// How often trial calls of others are looked at.
  private static let trialPoll = Duration.milliseconds(100)

  init(_ source: Source, in spool: Spool, logger: Logger, meter: Meter = Meter()) throws(SpoolError) {
    self.source = source
    self.meter = meter
    self.logger = logger
    windows = source.limits.windows
    slack = min(250, (windows.map(\.milliseconds).min() ?? 0) / 4)
    let capacity = (windows.map(\.count).max() ?? 0) + Self.turnsAhead
    file = Mutex(try spool.sourceFile(source.name, capacity: capacity))
  }

  /// Waits until a request may go out.
  ///
  /// - Throws: ``RequestFailure`` when the vendor wants to be left alone for longer than a request may take in all,
  ///   `SpoolError`, `CancellationError`.
  func turn() async throws -> SourceFile.Turn {
    var isTrial = false
    while true {
      let given = try await admitted(&isTrial)
      guard given.time > Self.now else { return given }
      let (turn, state) = try await due(given)
      // What came while this one waited sends it to the end of the queue. Where the breaker opened, trials are counted
      // anew.
      let now = Self.now
      let breaker = state.breaker(at: now)
      if breaker == .open { isTrial = false }
      if let turn, breaker == .closed || isTrial, state.heldUntil <= now { return turn }
    }
  }

  /// Waits until a turn is due.
  ///
  /// - Returns: The turn, or nil when this program woke up too late for it; and the state by then.
  private func due(_ given: SourceFile.Turn) async throws -> (SourceFile.Turn?, SourceState) {
    var turn = given
    while true {
      let wait = turn.time - Self.now
      if wait > Self.longWait { note("waiting for the source's own limits", milliseconds: wait) }
      if wait > 0 { try await sleep(wait, .limits) }
      let now = Self.now
      let (confirmed, state) = try file.withLock { [turn] file in
        try file.confirm(turn, windows, slack: slack, now: now)
      }
      guard let confirmed, confirmed.time > now else { return (confirmed, state) }
      turn = confirmed
    }
  }

  /// Why there is no turn, and how long.
  private struct Block: Sendable {
    var until: Int
    var isBreaker = false
  }

  /// Waits for the vendor and for the breaker. `isTrial` is whether the request is one of the breaker's trials; one
  /// that is stays it.
  private func admitted(_ isTrial: inout Bool) async throws -> SourceFile.Turn {
    var isNoted = false
    while true {
      let (now, wasTrial) = (Self.now, isTrial)
      let block: Block
      let admission = try file.withLock { file in
        try file.takeTurn(windows, bytesPerHour: source.limits.bytesPerHour, now: now) {
          self.block(&$0, isTrial: wasTrial, now: now)
        }
      }
      switch admission {
      case .turn(let turn, let state):
        isTrial = state.breaker(at: now) == .halfOpen
        return turn
      case .blocked(let why): block = why
      }
      let wait = block.until - now
      if !block.isBreaker, .milliseconds(wait) > source.retry.budget {
        throw RequestFailure(.throttled, "the vendor wants to be left alone", retryAfter: .milliseconds(wait))
      }
      if !isNoted, wait > Self.longWait {
        note(
          block.isBreaker ? "the source's breaker is open" : "the vendor wants to be left alone",
          milliseconds: wait
        )
        isNoted = true
      }
      try await sleep(wait, block.isBreaker ? .breaker : .vendor)
    }
  }

  private func sleep(_ milliseconds: Int, _ why: Meter.Wait) async throws {
    let ticket = meter.wait(why, for: .milliseconds(milliseconds))
    defer { meter.resume(ticket) }
    try await Task.sleep(for: .milliseconds(milliseconds))
  }

  private func block(_ state: inout SourceState, isTrial: Bool, now: Int) -> Block? {
    let settings = source.breaker
    // The trial calls of a program that was killed would be waited for for ever.
    let stuck = (source.timeouts.whole + settings.openFor).milliseconds
    if state.breaker(at: now) == .halfOpen, now > state.openUntil + stuck { state.trials = state.trialSuccesses }
    let held = state.heldUntil > now ? Block(until: state.heldUntil) : nil
    switch state.breaker(at: now) {
    case .closed: return held
    case .open: return Block(until: max(state.openUntil, state.heldUntil), isBreaker: held == nil)
    case .halfOpen where held != nil || isTrial: return held
    case .halfOpen where state.trials < settings.trialCalls:
      state.trials += 1
      return nil
    case .halfOpen: return Block(until: now + Self.trialPoll.milliseconds, isBreaker: true)
    }
  }

  /// Waits that a person would wonder about, in milliseconds.
  private static let longWait = 2_000

  private func note(_ why: String, milliseconds: Int) {
    logger.notice("\(why)", metadata: ["source": "\(source.name)", "wait_ms": "\(milliseconds)"])
  }

  /// Milliseconds since 1970: what programs that share a file agree on.
  private static var now: Int { Date.now.milliseconds }
}

/// What became of a request that was let out, as far as its source's limits go.
struct Arrival: Sendable {
  /// When the answer was there, in milliseconds since 1970.
  var time: Int
  /// Of the answer's body.
  var bytes: Int
  /// How long the vendor wants to be left alone, by the answer's headers.
  var hold: Duration?

  /// An answer that is there now. Rounded up: noted a part of a millisecond too early, it would let the next ones out as much
  /// too early.
  static func now(bytes: Int, hold: Duration?) -> Arrival {
    Arrival(time: Date.now.milliseconds + 1, bytes: bytes, hold: hold)
  }
}

extension SourceGate {
  private enum BreakerChange: Sendable { case none, opened, closed }

  /// A request succeeded: the vendor is there.
  func succeeded(_ turn: SourceFile.Turn, _ arrival: Arrival) throws(SpoolError) {
    try settle(turn, arrival) { [settings = source.breaker] state, now in Self.success(&state, settings, now) }
  }

  /// A request failed. Only what says that the vendor is not well counts: not what it refuses.
  func failed(_ kind: FailureKind, _ turn: SourceFile.Turn, _ arrival: Arrival) throws(SpoolError) {
    try settle(turn, arrival) { [settings = source.breaker] state, now in
      switch kind {
      case .network, .timeout, .server: Self.failure(&state, settings, now)
      case .throttled: .none
      // A trial that is refused shows a vendor that is there.
      case .client, .auth, .content, .refused: Self.success(&state, settings, now)
      }
    }
  }

  private func settle(
    _ turn: SourceFile.Turn,
    _ arrival: Arrival,
    _ change: @Sendable (inout SourceState, Int) -> BreakerChange
  ) throws(SpoolError) {
    let now = Self.now
    let time = min(arrival.time, turn.time + slack)
    let bytes = source.limits.bytesPerHour == nil ? 0 : arrival.bytes
    let changed = try file.withLock { file throws(SpoolError) in
      try file.settle(turn, at: time, bytes: bytes) { state in
        if let hold = arrival.hold { state.heldUntil = max(state.heldUntil, now + hold.milliseconds) }
        return change(&state, now)
      }
    }
    switch changed {
    case .none: return
    case .closed: logger.notice("the breaker closes again", metadata: ["source": "\(source.name)"])
    case .opened:
      let settings = source.breaker
      logger.warning(
        "the breaker opens: nothing is asked for a while",
        metadata: ["source": "\(source.name)", "failures": "\(settings.failures)", "open_for": "\(settings.openFor)"]
      )
      meter.add(1, to: "breaker_openings")
    }
  }

  private static func success(_ state: inout SourceState, _ settings: Source.Breaker, _ now: Int) -> BreakerChange {
    state.failures = 0
    guard state.breaker(at: now) == .halfOpen else { return .none }
    state.trialSuccesses += 1
    guard state.trialSuccesses >= settings.trialCalls else { return .none }
    (state.openUntil, state.trials, state.trialSuccesses) = (0, 0, 0)
    return .closed
  }

  private static func failure(_ state: inout SourceState, _ settings: Source.Breaker, _ now: Int) -> BreakerChange {
    state.failures += 1
    switch state.breaker(at: now) {
    case .open: return .none
    case .closed where state.failures < settings.failures: return .none
    case .closed, .halfOpen:
      state.openUntil = now + settings.openFor.milliseconds
      (state.trials, state.trialSuccesses) = (0, 0)
      state.openings += 1
      return .opened
    }
  }
}

extension Duration {
  /// Whole milliseconds, cut.
  var milliseconds: Int { Int(self / .milliseconds(1)) }
}

extension Source.Limits {
  /// The windows that hold the limits. `per_second` with a burst of one is a distance between requests.
  var windows: [SourceFile.Window] {
    var windows: [SourceFile.Window] = []
    if let perSecond {
      let milliseconds = (Double(burst) * 1000 / perSecond).rounded(.up)
      windows.append(SourceFile.Window(count: burst, milliseconds: Int(milliseconds)))
    }
    for (count, seconds) in [(perMinute, 60), (perHour, 3600), (perDay, 86_400)] {
      if let count { windows.append(SourceFile.Window(count: count, milliseconds: seconds * 1000)) }
    }
    return windows
  }
}
