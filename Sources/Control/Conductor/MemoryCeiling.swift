internal import Spool
internal import Synchronization
internal import Telemetry

/// Has the programs of one run, of all its feeds together, keep to a bound as far as they can: they are asked to take smaller segments and to
/// work on fewer at once while it is near, or while the machine has hardly any memory left.
///
/// A bound that even the smallest steps cannot keep is said, and does not end the run: what is too large is then the vendor's
/// page or one record.
final class MemoryCeiling: Sendable {
  private struct State {
    var rule: PressureRule
    /// Of each feed that is under way, its programs together.
    var held: [String: Int] = [:]
    /// What each feed was told last, and when.
    var told: [String: (level: Int, at: ContinuousClock.Instant)] = [:]
  }

  private let spool: Spool
  private let countsOwn: Bool
  private let start = ContinuousClock.now
  private let state: Mutex<State>

  /// What was told is told again, long before it is forgotten.
  private static let repeatAfter = Duration.seconds(10)

  /// - Parameters:
  ///   - most: Bytes; nil for what the machine has.
  ///   - countsOwn: Whether this program is one of those that share the bound.
  ///   - spool: Where they hear of it.
  init(most: Int?, countsOwn: Bool, spool: Spool) {
    self.spool = spool
    self.countsOwn = countsOwn
    state = Mutex(State(rule: PressureRule(most: most)))
  }

  /// Takes in what a feed's programs hold now, and tells them how much they may.
  ///
  /// - Returns: What a person should know; nil when nothing has changed.
  func see(_ bytes: Int, of feed: String) -> RunEvent? {
    let now = ContinuousClock.now
    let isShort = MachineMemory.now().map(\.isShort) ?? false
    let own = countsOwn ? ProcessMemory.now()?.bytes ?? 0 : 0
    let (level, event, isToTell) = state.withLock { state in
      state.held[feed] = bytes
      let total = own + state.held.values.reduce(0, +)
      let hasChanged = state.rule.see(total, isShort: isShort, levelMax: Spool.pressureMax, at: now - start)
      let level = state.rule.level
      let event: RunEvent? =
        hasChanged ? .memory(bytes: total, most: state.rule.most, isShort: isShort, level: level) : nil
      let told = state.told[feed]
      let isNews = told.map { $0.level != level } ?? (level > 0)
      let isDue = level > 0 && told.map { now - $0.at >= Self.repeatAfter } ?? true
      guard isNews || isDue else { return (level, event, false) }
      state.told[feed] = (level, now)
      return (level, event, true)
    }
    // A spool that cannot be written is the stages' own error.
    if isToTell { try? spool.setPressure(level, feed: feed) }
    return event
  }

  /// A feed's programs have ended.
  func end(_ feed: String) {
    let wasTold = state.withLock { state in
      state.held[feed] = nil
      return state.told.removeValue(forKey: feed)
    }
    if let wasTold, wasTold.level > 0 { try? spool.setPressure(0, feed: feed) }
  }
}
