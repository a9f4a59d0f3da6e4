internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import PipelineConfig
internal import Telemetry

extension WebhookCenter {
  /// Delivers what is due, receivers side by side, each its messages in their order, until nothing is due or the time is up.
  ///
  /// A message that a receiver does not take is tried again later, after 5 s, 10 s, 20 s, … up to an hour, and given up
  /// when it is older than the receiver's `retry_for`. A receiver that refuses one gets the next ones no sooner: their order
  /// is kept.
  ///
  /// - Parameter most: How long this may take in all; what is left is tried another time.
  /// - Returns: What a person should know: what was not taken, and what was given up. Never an address or a secret.
  /// - Throws: ``WebhookQueueError``, `CancellationError`.
  public func deliver(atMost most: Duration) async throws -> [String] {
    guard !isEmpty else { return [] }
    let queue = queue
    let receivers = receivers
    let notes = try await queue.alone {
      var configuration = HTTPClient.Configuration()
      // The signature is for this receiver and not for where it points to.
      configuration.redirectConfiguration = .disallow
      // Trying again is decided here, and a receiver that is not there is not waited for.
      configuration.connectionPool.retryConnectionEstablishment = false
      let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
      let end = ContinuousClock.now + most
      let notes: [String]
      do {
        notes = try await withThrowingTaskGroup(of: [String].self) { group in
          for receiver in receivers {
            group.addTask {
              // One receiver's queue that cannot be written is none of the others' trouble.
              do {
                return try await WebhookSender(receiver: receiver, queue: queue, client: client).deliver(until: end)
              } catch let error as WebhookQueueError { return ["\(error.message)"] }
            }
          }
          return try await group.reduce(into: []) { $0 += $1 }
        }
      } catch {
        try? await client.shutdown()
        throw error
      }
      try? await client.shutdown()
      return notes
    }
    return notes ?? []
  }

  /// When the next message is due, in milliseconds since 1970; nil when none waits.
  ///
  /// - Throws: ``WebhookQueueError``.
  public func nextDue() throws(WebhookQueueError) -> Int? {
    var next: Int?
    for receiver in receivers {
      // In order: the first one's time is the receiver's.
      guard let first = try queue.waiting(for: receiver.name).first else { continue }
      next = min(next ?? first.due, first.due)
    }
    return next
  }
}

/// Delivers to one receiver.
struct WebhookSender: Sendable {
  var receiver: Webhook
  var queue: WebhookQueue
  var client: HTTPClient

  static let firstDelay = Duration.seconds(5)
  static let longestDelay = Duration.seconds(3600)

  func deliver(until end: ContinuousClock.Instant) async throws -> [String] {
    for (place, delivery) in try queue.waiting(for: receiver.name).enumerated() {
      let left = end - ContinuousClock.now
      // Cut short by the round's end, a delivery would be tried twice: only the first is, so that something is always tried.
      guard left >= receiver.timeout || (place == 0 && left > .zero), delivery.due <= WallClock.milliseconds() else {
        return []
      }
      guard let refusal = try await post(delivery, atMost: min(left, receiver.timeout)) else {
        queue.remove(delivery)
        continue
      }
      var later = delivery
      later.attempts += 1
      let now = WallClock.milliseconds()
      let subject = "webhook \(receiver.name): \(delivery.event)"
      if refusal.isFinal || Double(now - delivery.queued) / 1000 >= receiver.retryFor / .seconds(1) {
        queue.remove(delivery)
        return ["\(subject) was given up after \(later.attempts) tries: \(refusal.reason)"]
      }
      let delay = Self.delay(afterAttempt: later.attempts)
      later.due = now + Int(delay / .milliseconds(1))
      try queue.save(later)
      return ["\(subject) was not taken: \(refusal.reason); tried again in \(CountText.seconds(delay)) or later"]
    }
    return []
  }

  /// Doubled each time, and no more than an hour; a part of it is chance, so that receivers that came back are not met by all at once.
  static func delay(afterAttempt attempt: Int) -> Duration {
    let whole = min(firstDelay * (1 << min(attempt - 1, 12)), longestDelay)
    return whole * Double.random(in: 0.75...1)
  }

  private struct Refusal {
    var reason: String
    /// 410: the receiver wants no more of this.
    var isFinal = false
  }

  /// - Returns: Nil when the receiver took it.
  private func post(_ delivery: WebhookQueue.Delivery, atMost time: Duration) async throws -> Refusal? {
    var request = HTTPClientRequest(url: receiver.url.reveal)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.headers.add(name: "User-Agent", value: "weir/\(WeirVersion.current)")
    request.headers.add(name: "Weir-Event", value: delivery.event)
    let signature = WebhookSignature.value(delivery.body, secret: receiver.secret, at: WallClock.milliseconds() / 1000)
    request.headers.add(name: WebhookSignature.header, value: signature)
    request.body = .bytes(ByteBuffer(string: delivery.body))
    do {
      let response = try await client.execute(request, timeout: TimeAmount(time))
      // What it answers beyond its status is not read.
      if (200...299).contains(response.status.code) { return nil }
      return Refusal(reason: "the receiver answered \(response.status.code)", isFinal: response.status.code == 410)
    } catch let error as HTTPClientError {
      // These names hold no address.
      return Refusal(reason: error.shortDescription)
    } catch {
      if Task.isCancelled { throw CancellationError() }
      return Refusal(reason: "it could not be reached")
    }
  }
}
