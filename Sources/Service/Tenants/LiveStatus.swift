internal import Control
internal import FoundationEssentials
internal import Synchronization

/// How a pipeline stands, kept in memory: a thousand questions a second neither wait for a run nor for the database.
final class LiveStatus: Sendable {
  private let state = Mutex(TenantStatus())

  var now: TenantStatus { state.withLock(\.self) }

  func change(_ body: (inout TenantStatus) -> Void) { state.withLock { body(&$0) } }

  func begin(_ run: ServiceRun) {
    change { status in
      status.isWaiting = false
      status.running = run
      status.progress = []
      status.ended = []
    }
  }

  func show(_ event: RunEvent) {
    switch event {
    case .progress(let snapshot):
      change { status in
        let index = status.progress.firstIndex { $0.feed == snapshot.feed }
        if let index { status.progress[index] = snapshot } else { status.progress.append(snapshot) }
      }
    case .ended(let outcome):
      change { status in
        status.progress.removeAll { $0.feed == outcome.feed }
        status.ended.append(outcome)
        status.running?.counts = ServiceCounts(status.ended.reduce(FeedCounts()) { $0 + $1.counts })
      }
    case .phase, .leftovers, .leftoversRemain, .memory, .said, .wrote, .notRecorded:
      break
    }
  }

  /// - Parameters:
  ///   - run: The run that has ended.
  ///   - isWhole: It was one of all feeds.
  func end(_ run: ServiceRun, isWhole: Bool) {
    change { status in
      status.running = nil
      status.progress = []
      status.ended = []
      status.lastRun = run
      guard isWhole else { return }
      status.lastTurn = run
      if run.isCurrent { status.lastSuccess = run }
    }
  }
}
