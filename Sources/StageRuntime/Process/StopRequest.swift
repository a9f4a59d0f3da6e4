internal import Glibc
internal import Synchronization

/// Whether someone asked this program to end: SIGTERM, or Ctrl-C. The segment in hand is finished first.
///
/// A second signal of the same kind ends the program at once: nothing in the spool or the database minds.
public final class StopRequest: Sendable {
  private let asked = Atomic<Bool>(false)
  private let listens: Bool

  /// Listens to signals from now on.
  public convenience init() {
    SignalFlag.listen(to: [SIGTERM, SIGINT])
    self.init(listening: true)
  }

  /// - Parameter listening: Whether signals of the process count.
  init(listening: Bool) { listens = listening }

  /// Asks from within the program.
  public func ask() { asked.store(true, ordering: .relaxed) }

  public var isAsked: Bool { asked.load(ordering: .relaxed) || (listens && SignalFlag.isRaised) }

  /// Longest time between two looks.
  static let interval = Duration.milliseconds(100)
}

/// What a signal handler may touch: one flag that is there before the handler is.
private enum SignalFlag {
  private static let raised = Atomic<Bool>(false)

  static var isRaised: Bool { raised.load(ordering: .relaxed) }

  /// A plain handler and no thread that waits for signals: poll(2) comes back when one has come, a read goes on.
  static func listen(to signals: [Int32]) {
    // Made here, so that the handler never is the first to need it.
    _ = isRaised
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { _ in SignalFlag.raised.store(true, ordering: .relaxed) }
    action.sa_flags = SA_RESTART | Int32(bitPattern: UInt32(SA_RESETHAND))
    for signal in signals { _ = unsafe sigaction(signal, &action, nil) }
  }
}

extension StopRequest {
  /// Runs a job that waits on the network, and cancels it when somebody asks to stop.
  ///
  /// - Parameters:
  ///   - look: Done before each look at the request: may ask to stop.
  ///   - job: The job.
  /// - Returns: What the job returns.
  /// - Throws: What the job throws; ``Stopped`` when it ended because it was asked to.
  public func watching<Result: Sendable>(
    looking look: @escaping @Sendable () -> Void = {},
    _ job: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask { try await job() }
      group.addTask {
        look()
        while !self.isAsked {
          try await Task.sleep(for: Self.interval)
          look()
        }
        return nil
      }
      defer { group.cancelAll() }
      guard let first = try await group.next(), let result = first else {
        group.cancelAll()
        // What was asked for may have been finished in the meantime; an error of a job that is being ended says nothing.
        if let last = try? await group.next(), let result = last { return result }
        throw Stopped()
      }
      return result
    }
  }
}
