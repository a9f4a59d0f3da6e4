internal import Synchronization

/// What a route tells the audit log of a request: which settings, which run.
final class AuditNote: Sendable {
  private let text = Mutex<String?>(nil)

  var value: String? { text.withLock(\.self) }

  func say(_ words: String) { text.withLock { $0 = words } }
}
