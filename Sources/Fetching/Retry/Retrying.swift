internal import Logging
internal import PipelineConfig
internal import Spool

/// Tries a request until it succeeds or is given up.
struct Retrying: Sendable {
  let feed: Feed
  let gate: SourceGate
  let flow: FlowControl
  let counters: FetchCounters
  let logger: Logger

  /// - Throws: ``FetchError`` when the request is given up, `SpoolError`, `CancellationError`.
  func run<Value: Sendable>(
    _ page: PageRequest,
    _ attempt: (SourceFile.Turn) async throws -> Value
  ) async throws -> Value {
    let began = ContinuousClock.now
    var number = 0
    while true {
      number += 1
      let failure: RequestFailure
      var sent = ContinuousClock.now
      do {
        let turn = try await gate.turn()
        sent = .now
        counters.requestSent()
        let value = try await attempt(turn)
        try gate.succeeded()
        flow.succeeded()
        return value
      } catch let error as RequestFailure { failure = error }
      try gate.failed(failure.kind)
      flow.failed(failure, began: sent)

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
        if failure.retryAfter != nil { try gate.hold(for: wait) } else { try await Task.sleep(for: wait) }
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
