internal import Synchronization

/// A bucket of requests for each client: so many a second for long, so many at once.
final class RateLimiter: Sendable {
  private struct Bucket {
    var left: Double
    var filledAt: ContinuousClock.Instant
  }

  private let perSecond: Double
  private let burst: Double
  private let buckets = Mutex<[String: Bucket]>([:])

  /// Clients that are remembered. Who is forgotten begins with a full bucket.
  private static let clientsMax = 4096

  init(perSecond: Double, burst: Double) { (self.perSecond, self.burst) = (perSecond, burst) }

  /// Whether one more is within the limit, and takes it.
  func allow(_ client: String, at now: ContinuousClock.Instant = .now) -> Bool {
    buckets.withLock { buckets in
      if buckets[client] == nil, buckets.count >= Self.clientsMax { forget(&buckets, now) }
      var bucket = buckets[client] ?? Bucket(left: burst, filledAt: now)
      refill(&bucket, now)
      defer { buckets[client] = bucket }
      guard bucket.left >= 1 else { return false }
      bucket.left -= 1
      return true
    }
  }

  private func refill(_ bucket: inout Bucket, _ now: ContinuousClock.Instant) {
    let seconds = max(0, (now - bucket.filledAt) / .seconds(1))
    bucket.left = min(burst, bucket.left + seconds * perSecond)
    bucket.filledAt = now
  }

  /// Drops those whose bucket is full again; all, when none is: a flood of addresses must not fill the memory.
  private func forget(_ buckets: inout [String: Bucket], _ now: ContinuousClock.Instant) {
    for (client, var bucket) in buckets {
      refill(&bucket, now)
      if bucket.left >= burst { buckets[client] = nil }
    }
    if buckets.count >= Self.clientsMax { buckets = [:] }
  }
}
