internal import Synchronization

/// Wakes one who waits, also when it is rung before the waiting begins.
final class Bell: Sendable {
  private struct State {
    var isRung = false
    var waiting: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  func ring() {
    let waiting = state.withLock { state in
      defer { state.waiting = nil }
      if state.waiting == nil { state.isRung = true }
      return state.waiting
    }
    waiting?.resume()
  }

  /// Returns when it is rung, or when the time is up; now and then without either. One waits at a time.
  func wait(atMost time: Duration) async {
    let timer = Task {
      try await Task.sleep(for: max(.zero, time))
      ring()
    }
    await withCheckedContinuation { continuation in
      let isRung = state.withLock { state in
        defer { state.isRung = false }
        if !state.isRung { state.waiting = continuation }
        return state.isRung
      }
      if isRung { continuation.resume() }
    }
    timer.cancel()
  }
}
