internal import Glibc
internal import Synchronization

/// One connection's time: until when the server has to do what it is doing.
///
/// libpq waits without end in a blocking call. When the time is over, the connection's socket is shut down from another
/// thread; libpq's call comes back then as from any lost connection, and the session is broken.
final class Watch: Sendable {
  private struct State {
    /// Nil when the connection is closed: the number may be another file's by now.
    var descriptor: Int32?
    var deadline: ContinuousClock.Instant?
    var limit = Duration.zero
    /// How long the server was waited for before it was given up.
    var gaveUpAfter: Duration?
  }

  private let state: Mutex<State>

  init(descriptor: Int32) {
    state = Mutex(State(descriptor: descriptor))
    Watchdog.shared.add(self)
  }

  /// Runs a call that waits for the server.
  func within<Value: ~Copyable>(_ limit: Duration?, _ body: () -> Value) -> Value {
    guard let limit else { return body() }
    state.withLock { state in
      state.deadline = ContinuousClock.now + limit
      state.limit = limit
    }
    defer { state.withLock { $0.deadline = nil } }
    let value = body()
    return value
  }

  /// To be called before the connection's file is closed.
  func close() {
    state.withLock { $0.descriptor = nil }
    Watchdog.shared.remove(self)
  }

  /// Why the connection is gone; nil when it was not given up here.
  var complaint: String? {
    state.withLock(\.gaveUpAfter).map {
      "the server did nothing for \($0 / .seconds(1)) s; the connection was given up"
    }
  }

  fileprivate func look(at now: ContinuousClock.Instant) {
    state.withLock { state in
      guard let descriptor = state.descriptor, let deadline = state.deadline, deadline <= now else { return }
      state.deadline = nil
      state.gaveUpAfter = state.limit
      shutdown(descriptor, Int32(SHUT_RDWR))
    }
  }
}

/// The thread that looks at the clock for all connections of the program. It ends with the last of them.
private final class Watchdog: Sendable {
  static let shared = Watchdog()

  private struct State {
    var watches: [ObjectIdentifier: Watch] = [:]
    var isRunning = false
  }

  private let state = Mutex(State())

  /// How late a limit may be noticed.
  static let tick = Duration.milliseconds(200)

  func add(_ watch: Watch) {
    let begins = state.withLock { state in
      state.watches[ObjectIdentifier(watch)] = watch
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if begins { start() }
  }

  func remove(_ watch: Watch) { state.withLock { _ = $0.watches.removeValue(forKey: ObjectIdentifier(watch)) } }

  private func start() {
    var thread = pthread_t()
    let code = unsafe pthread_create(
      &thread,
      nil,
      { _ in
        while Watchdog.shared.look() { usleep(UInt32(Watchdog.tick / .microseconds(1))) }
        return nil
      },
      nil
    )
    precondition(code == 0, "the system gives no thread: error \(code)")
    pthread_detach(thread)
  }

  /// - Returns: Whether there is anything left to look at.
  private func look() -> Bool {
    let watches = state.withLock { state in
      state.isRunning = !state.watches.isEmpty
      return Array(state.watches.values)
    }
    let now = ContinuousClock.now
    for watch in watches { watch.look(at: now) }
    return !watches.isEmpty
  }
}
