internal import Synchronization

/// Spaces the requests to a source, so that there are never more in a second than its limit.
final class Pacer: Sendable {
  private struct State {
    /// When the next request may go out.
    var next = ContinuousClock.now
    /// Nothing goes out before, whoever was promised what.
    var heldUntil = ContinuousClock.now
  }

  /// Time between two requests; none when there is no limit.
  private let interval: Duration
  private let state = Mutex(State())

  init(perSecond: Double?) { interval = perSecond.map { .seconds(1) / $0 } ?? .zero }

  /// Waits until a request may go out.
  ///
  /// - Throws: `CancellationError`.
  func turn() async throws {
    var isHeld = true
    // A hold that came while this one waited sends it to the queue's end once more.
    while isHeld {
      let turn = state.withLock { state in
        let turn = max(state.next, state.heldUntil, .now)
        state.next = turn + interval
        return turn
      }
      if turn > .now { try await Task.sleep(until: turn) }
      isHeld = state.withLock { $0.heldUntil > turn }
    }
  }

  /// Lets no request out for a time.
  func hold(for time: Duration) {
    state.withLock { $0.heldUntil = max($0.heldUntil, .now + time) }
  }
}
