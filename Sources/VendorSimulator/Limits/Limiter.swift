internal import Synchronization

/// Counts requests against the limits.
final class Limiter: Sendable {
  /// What is left in one window.
  struct Left: Equatable, Sendable {
    var window: LimitSettings.Window
    var remaining: Int
    /// Microseconds until there is more.
    var reset: Int64
  }

  enum Verdict: Equatable, Sendable {
    case allowed
    /// Over these limits; may come again after so many microseconds.
    case refused([String], wait: Int64)
    case suspended(until: Moment)
  }

  private struct State {
    var counters: [WindowCounter]
    var violations = 0
    var suspendedUntil: Moment?
  }

  let settings: LimitSettings
  private let state: Mutex<State>

  init(_ settings: LimitSettings) {
    self.settings = settings
    state = Mutex(State(counters: settings.windows.map { WindowCounter($0, settings.counting) }))
  }

  /// Whether a request may pass; if it may, it is counted. One that is refused counts as a violation and no more.
  func decide(_ visit: Visit) -> (Verdict, [Left]) {
    state.withLock { state in
      let now = visit.started
      if let until = state.suspendedUntil, until > now { return (.suspended(until: until), []) }
      var over: [String] = []
      var wait: Int64 = 0
      for index in state.counters.indices {
        guard let time = state.counters[index].wait(at: now) else { continue }
        over.append(state.counters[index].window.name)
        wait = max(wait, time)
      }
      if let most = settings.concurrency, visit.concurrent > most {
        over.append("concurrency")
        wait = max(wait, 1_000_000)
      }
      guard over.isEmpty else {
        state.violations += 1
        if let most = settings.suspendAfter, state.violations >= most {
          let length = Int64(settings.suspendFor / .microseconds(1))
          state.suspendedUntil = Moment(microseconds: now.microseconds + length)
        }
        return (.refused(over, wait: wait), state.counters.indices.map { state.counters[$0].left(at: now) })
      }
      for index in state.counters.indices where !state.counters[index].window.countsBytes {
        state.counters[index].add(1, at: now)
      }
      return (.allowed, state.counters.indices.map { state.counters[$0].left(at: now) })
    }
  }

  func sent(_ bytes: Int, at now: Moment) {
    guard settings.windows.contains(where: \.countsBytes) else { return }
    state.withLock { state in
      for index in state.counters.indices where state.counters[index].window.countsBytes {
        state.counters[index].add(bytes, at: now)
      }
    }
  }
}
