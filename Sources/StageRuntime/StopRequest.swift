internal import Glibc
internal import Synchronization

/// Whether someone asked this program to end: SIGTERM, or Ctrl-C. The segment in hand is finished first.
public struct StopRequest: Sendable {
  /// Listens from now on, in the whole process.
  public init() {
    for number in [SIGTERM, SIGINT] {
      // A handler may do next to nothing; storing a flag without a lock is allowed (signal-safety(7)).
      _ = signal(number) { _ in stopWasAsked.store(true, ordering: .relaxed) }
    }
  }

  public var isAsked: Bool { stopWasAsked.load(ordering: .relaxed) }
}

private let stopWasAsked = Atomic<Bool>(false)
