internal import Logging
internal import PipelineConfig

/// Tries a request until it succeeds or is given up.
struct Retrying: Sendable {
  let feed: Feed
  let pacer: Pacer
  let counters: FetchCounters
  let logger: Logger

  /// - Throws: ``FetchError`` when the request is given up, `CancellationError`.
  func run<Value: Sendable>(
    _ page: PageRequest,
    _ attempt: () async throws -> Value
  ) async throws -> Value {
    let began = ContinuousClock.now
    var number = 0
    while true {
      number += 1
      try await pacer.turn()
      counters.requestSent()
      let failure: RequestFailure
      do { return try await attempt() } catch let error as RequestFailure { failure = error }

      var random = SystemRandomNumberGenerator()
      let elapsed = ContinuousClock.now - began
      let settings = feed.source.retry
      switch Backoff.decide(failure, attempt: number, elapsed: elapsed, settings: settings, random: &random) {
      case .giveUp(let more):
        throw FetchError(
          feed: feed.name,
          source: feed.source.name,
          page: page,
          failure,
          attempts: number,
          more: more
        )
      case .wait(let wait):
        counters.retried()
        note(failure, page, number, wait)
        // All of the source's requests wait: one that is throttled speaks for the others.
        if failure.retryAfter != nil { pacer.hold(for: wait) } else { try await Task.sleep(for: wait) }
      }
    }
  }

  private func note(_ failure: RequestFailure, _ page: PageRequest, _ number: Int, _ wait: Duration) {
    logger.warning(
      "request failed, trying again",
      metadata: [
        "feed": "\(feed.name)",
        "url": "\(page.address.shown)",
        "page": "\(page.number)",
        "kind": "\(failure.kind.rawValue)",
        "reason": "\(failure.reason)",
        "attempt": "\(number)",
        "wait_ms": "\(Int(wait / .milliseconds(1)))",
      ]
    )
  }
}
