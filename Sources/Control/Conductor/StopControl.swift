internal import Glibc
internal import Synchronization

/// The way to end a run early. The first request ends what brings in new work and lets the rest drain; the second asks
/// every program to end; the third ends them. Whatever is used, the spool keeps what is not merged.
public final class StopControl: Sendable {
  public enum Level: Int, Comparable, Sendable {
    case none = 0
    /// The first program of the pipe has been told to end; the others follow when they have done what is there.
    case drain
    /// Every program has been told to end.
    case end
    /// Every program has been ended.
    case kill

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// A request more than this.
    fileprivate var next: Level { Level(rawValue: rawValue + 1) ?? .kill }
  }

  private struct Running {
    var isHead: Bool
    var send: @Sendable (Int32) -> Void
  }

  private struct State {
    var level = Level.none
    var running: [Int: Running] = [:]
    var nextID = 0
  }

  private let state = Mutex(State())

  public init() {}

  public var level: Level { state.withLock(\.level) }

  /// Asks for the end, or, asked again, insists on it.
  ///
  /// - Returns: The level reached.
  @discardableResult
  public func request() -> Level {
    state.withLock { state in
      state.level = state.level.next
      for process in state.running.values { Self.tell(process, state.level) }
      return state.level
    }
  }

  /// Has a process take part for as long as it runs; one that starts after a request is told at once.
  ///
  /// - Parameters:
  ///   - isHead: It is the first of its pipe.
  ///   - send: Sends the process a signal.
  /// - Returns: What ``leave(_:)`` wants.
  func enter(isHead: Bool, send: @escaping @Sendable (Int32) -> Void) -> Int {
    state.withLock { state in
      let process = Running(isHead: isHead, send: send)
      state.nextID += 1
      state.running[state.nextID] = process
      Self.tell(process, state.level)
      return state.nextID
    }
  }

  func leave(_ id: Int) { state.withLock { _ = $0.running.removeValue(forKey: id) } }

  private static func tell(_ process: Running, _ level: Level) {
    switch level {
    case .none: break
    case .drain: if process.isHead { process.send(SIGTERM) }
    case .end: process.send(SIGTERM)
    case .kill: process.send(SIGKILL)
    }
  }
}
