internal import Synchronization

/// The workers of one round: another one begins when all that are there have something to do.
///
/// A worker of merge has a connection of its own to the database, with tables to look at and a process of the server behind it: no
/// more of them begin than the segments that come keep busy.
final class Crew: Sendable {
  typealias Body = @Sendable (Crew) -> Void

  private struct State {
    /// What those do that have not begun.
    var idle: ArraySlice<Body>
    var threads: [WorkerThread] = []
    /// Workers that have begun, the caller's own among them.
    var count = 1
    /// Those that have a piece of work.
    var busy = 0
  }

  private let state: Mutex<State>

  /// `others` is what each of the others does, who may all be needed or none.
  init(others: [Body]) { state = Mutex(State(idle: others[...])) }

  /// A worker has taken a piece of work.
  func took() {
    state.withLock { state in
      state.busy += 1
      guard state.busy == state.count, let body = state.idle.popFirst() else { return }
      state.count += 1
      state.threads.append(WorkerThread { [self] in body(self) })
    }
  }

  /// It has done it, or put it back.
  func did() { state.withLock { $0.busy -= 1 } }

  /// Waits for the end of all who have begun.
  func join() {
    while let thread = state.withLock({ $0.threads.popLast() }) { thread.join() }
  }
}
