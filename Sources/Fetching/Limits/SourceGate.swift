internal import FoundationEssentials
internal import Logging
internal import PipelineConfig
internal import Spool
internal import Synchronization

/// Lets the requests to a source out: within its limits, not before the vendor wants them, and through its breaker. All programs
/// that share the spool count together, also over restarts.
final class SourceGate: Sendable {
  private let file: Mutex<SourceFile>
  private let source: Source
  private let windows: [SourceFile.Window]
  private let logger: Logger
  /// A request counts for the vendor when it arrives there, which is somewhere between its sending and its answer. For as
  /// long as this it is taken to have come late; beyond it the answer was slow, not the way there.
  private let slack: Int

  /// How often trial calls of others are looked at.
  private static let trialPoll = Duration.milliseconds(100)

  init(_ source: Source, in spool: Spool, logger: Logger) throws(SpoolError) {
    self.source = source
    self.logger = logger
    windows = source.limits.windows
    slack = min(250, (windows.map(\.milliseconds).min() ?? 0) / 4)
    file = Mutex(try spool.sourceFile(source.name, capacity: windows.map(\.count).max() ?? 1))
  }

  /// Waits until a request may go out.
  ///
  /// - Throws: ``RequestFailure`` when the vendor wants to be left alone for longer than a request may take in all,
  ///   `SpoolError`, `CancellationError`.
  func turn() async throws -> SourceFile.Turn {
    while true {
      try await waitForGate()
      let turn = try file.withLock { file in
        try file.takeTurn(windows, bytesPerHour: source.limits.bytesPerHour, now: Self.now)
      }
      let wait = turn.time - Self.now
      if wait > Self.longWait { note("waiting for the source's own limits", milliseconds: wait) }
      if wait > 0 { try await Task.sleep(for: .milliseconds(wait)) }
      // A hold that came while this one waited sends it to the end of the queue.
      let heldUntil = try file.withLock { file in try file.update(\.heldUntil) }
      if heldUntil <= Self.now { return turn }
    }
  }

  /// Takes in an answer: when it came, and how large it was.
  func arrived(_ turn: SourceFile.Turn, bytes: Int) {
    // What is not noted here lets a later request out a little earlier; that is no reason to give up a page.
    try? file.withLock { file in
      try file.settle(turn, at: min(Self.now, turn.time + slack), bytes: source.limits.bytesPerHour == nil ? 0 : bytes)
    }
  }

  /// Lets no request out for a time.
  func hold(for time: Duration) throws(SpoolError) {
    let until = Self.now + Int(time / .milliseconds(1))
    try update { $0.heldUntil = max($0.heldUntil, until) }
  }

  private func waitForGate() async throws {
    var isNoted = false
    while true {
      let now = Self.now
      let settings = source.breaker
      let stuck = Int((source.timeouts.whole + settings.openFor) / .milliseconds(1))
      let (heldUntil, openUntil) = try update { state in
        // The trial calls of a program that was killed would be waited for for ever.
        if state.breaker(at: now) == .halfOpen, now > state.openUntil + stuck { state.trials = state.trialSuccesses }
        switch state.breaker(at: now) {
        case .closed: return (state.heldUntil, 0)
        case .open: return (state.heldUntil, state.openUntil)
        case .halfOpen where state.heldUntil > now: return (state.heldUntil, 0)
        case .halfOpen where state.trials < settings.trialCalls:
          state.trials += 1
          return (0, 0)
        case .halfOpen: return (state.heldUntil, now + Int(Self.trialPoll / .milliseconds(1)))
        }
      }
      let until = max(heldUntil, openUntil)
      guard until > now else { return }
      if heldUntil > now, .milliseconds(heldUntil - now) > source.retry.budget {
        let wait = Duration.milliseconds(heldUntil - now)
        throw RequestFailure(.throttled, "the vendor wants to be left alone", retryAfter: wait)
      }
      if !isNoted, until - now > Self.longWait {
        let why = heldUntil > now ? "the vendor wants to be left alone" : "the source's breaker is open"
        note(why, milliseconds: until - now)
        isNoted = true
      }
      try await Task.sleep(for: .milliseconds(until - now))
    }
  }

  /// Waits that a person would wonder about, in milliseconds.
  private static let longWait = 2_000

  private func note(_ why: String, milliseconds: Int) {
    logger.notice("\(why)", metadata: ["source": "\(source.name)", "wait_ms": "\(milliseconds)"])
  }

  private func update<Value: Sendable>(_ body: @Sendable (inout SourceState) -> Value) throws(SpoolError) -> Value {
    try file.withLock { file throws(SpoolError) in try file.update(body) }
  }

  /// Milliseconds since 1970: what programs that share a file agree on.
  private static var now: Int { Int((Date.now.timeIntervalSince1970 * 1000).rounded(.down)) }
}

extension SourceGate {
  /// A request succeeded: the vendor is there.
  func succeeded() throws(SpoolError) {
    let (now, settings) = (Self.now, source.breaker)
    let isClosed = try update { state in
      state.failures = 0
      guard state.breaker(at: now) == .halfOpen else { return false }
      state.trialSuccesses += 1
      guard state.trialSuccesses >= settings.trialCalls else { return false }
      (state.openUntil, state.trials, state.trialSuccesses) = (0, 0, 0)
      return true
    }
    if isClosed { logger.notice("the breaker closes again", metadata: ["source": "\(source.name)"]) }
  }

  /// A request failed. Only what says that the vendor is not well counts: not what it refuses.
  func failed(_ kind: FailureKind) throws(SpoolError) {
    let (now, settings) = (Self.now, source.breaker)
    guard [.network, .timeout, .server].contains(kind) else {
      // A trial that is refused shows a vendor that is there.
      return kind == .throttled ? () : try succeeded()
    }
    let isOpened = try update { state in
      state.failures += 1
      switch state.breaker(at: now) {
      case .open: return false
      case .closed where state.failures < settings.failures: return false
      case .closed, .halfOpen:
        state.openUntil = now + Int(settings.openFor / .milliseconds(1))
        (state.trials, state.trialSuccesses) = (0, 0)
        state.openings += 1
        return true
      }
    }
    guard isOpened else { return }
    logger.warning(
      "the breaker opens: nothing is asked for a while",
      metadata: ["source": "\(source.name)", "failures": "\(settings.failures)", "open_for": "\(settings.openFor)"]
    )
  }
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
