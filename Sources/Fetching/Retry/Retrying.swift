internal import Logging
internal import PipelineConfig
internal import Spool
internal import Telemetry

/// Tries a request until it succeeds or is given up.
struct Retrying: Sendable {
  let feed: Feed
  let gate: SourceGate
  let flow: FlowControl
  let counters: FetchCounters
  let logger: Logger
  var meter = Meter()

  /// `attempt` is told how many records a page it may ask for, and says when it goes on to another address: to the vendor
  /// that is one more request.
  ///
  /// - Throws: ``FetchError`` when the request is given up, `SpoolError`, `CancellationError`.
  func run<Value: Sendable>(
    _ page: PageRequest,
    _ attempt: (_ pageSize: Int, _ redirected: () async throws -> Void) async throws -> (Value, Arrival)
  ) async throws -> Value {
    let began = ContinuousClock.now
    var number = 0
    var hasAnotherToken = false
    while true {
      number += 1
      let failure: RequestFailure
      var sent: (turn: SourceFile.Turn, at: ContinuousClock.Instant, pageSize: Int)?
      do {
        let turn = try await gate.turn()
        let pageSize = flow.pageSize
        sent = (turn, .now, pageSize)
        counters.requestSent()
        let (value, arrival) = try await timed {
          try await attempt(pageSize) {
            // The vendor is there, also when it sends the request elsewhere.
            if let answered = sent.take() { try gate.succeeded(answered.turn, .now(bytes: 0, hold: nil)) }
            sent = (try await gate.turn(), .now, pageSize)
            counters.requestSent()
          }
        }
        meter.add(Double(arrival.bytes), to: "answer_bytes")
        if let answered = sent { try gate.succeeded(answered.turn, arrival) }
        flow.succeeded()
        meter.set("concurrency", to: Double(flow.concurrency))
        meter.set("page_size", to: Double(flow.pageSize))
        return value
      } catch let error as RequestFailure { failure = error }

      var random = SystemRandomNumberGenerator()
      let elapsed = ContinuousClock.now - began
      let settings = feed.source.retry
      var decision = Backoff.decide(failure, attempt: number, elapsed: elapsed, settings: settings, random: &random)
      // All of the source's requests wait: one that is throttled speaks for the others.
      let hold = failure.retryAfter == nil ? nil : decision.wait
      if let sent {
        try gate.failed(failure.kind, sent.turn, .now(bytes: failure.bytes, hold: hold))
        flow.failed(failure, began: sent.at)
        // Another question than before, and asked for as often as there is a smaller page.
        if failure.isTooLarge, page.mayShrink, flow.pageSize < sent.pageSize { decision = .wait(.zero) }
      }
      // Another token may be taken; when it is not, that has another reason.
      if failure.isTokenRefused, !hasAnotherToken { (hasAnotherToken, decision) = (true, .wait(.zero)) }
      switch decision {
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
        if hold == nil, wait > .zero {
          let ticket = meter.wait(.retry, for: wait)
          defer { meter.resume(ticket) }
          try await Task.sleep(for: wait)
        }
      }
    }
  }

  private func timed<Value>(_ attempt: () async throws -> Value) async throws -> Value {
    let ticket = meter.begin(.request)
    do {
      let value = try await attempt()
      meter.end(ticket, of: .request)
      return value
    } catch {
      let kind = (error as? RequestFailure)?.kind.rawValue
      meter.end(ticket, of: .request, failure: kind ?? (error is CancellationError ? "cancelled" : "other"))
      throw error
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
        "wait_ms": "\(wait.milliseconds)",
      ]
    )
  }
}
