internal import Synchronization

/// Counts of what goes on at once; the other counts have one writer.
final class FetchCounters: Sendable {
  private let requestCount = Atomic<Int>(0)
  private let retryCount = Atomic<Int>(0)

  var requests: Int { requestCount.load(ordering: .relaxed) }
  var retries: Int { retryCount.load(ordering: .relaxed) }

  func requestSent() { requestCount.add(1, ordering: .relaxed) }
  func retried() { retryCount.add(1, ordering: .relaxed) }
}
