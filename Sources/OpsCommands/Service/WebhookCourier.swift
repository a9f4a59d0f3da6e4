internal import FoundationEssentials
internal import Logging
internal import PipelineConfig
internal import Service
internal import Telemetry
internal import Webhooks

/// Tells the receivers of one pipeline's webhooks, as long as the service runs. What the service tells it is in the queue on
/// the disk at once; delivering never holds a run up.
final class WebhookCourier: Sendable {
  private let name: String
  private let center: WebhookCenter
  private let logger: Logger
  private let rings: AsyncStream<Void>
  private let bell: AsyncStream<Void>.Continuation

  /// What one round of deliveries may take; what is left waits for the next.
  private static let roundMost = Duration.seconds(60)
  /// What the last round may take, when the service ends.
  private static let lastMost = Duration.seconds(10)
  /// A look at least so often: `weir run` beside the service puts messages into the queue, too.
  private static let lookInterval = Duration.seconds(60)

  init(_ pipeline: Pipeline, logger: Logger) {
    name = pipeline.service.name
    center = WebhookCenter(pipeline, name: pipeline.title)
    self.logger = logger
    // A ring that nobody has heard yet stands for all of them.
    (rings, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Puts into the queue what receivers are to be told; events of other pipelines are not its own.
  func hear(_ event: ServiceEvent) {
    do {
      switch event {
      case .runEnded(let end) where end.tenant.name == name:
        note(try center.ended(end.closing, at: WallClock.milliseconds()))
      case .overdue(let tenant) where tenant.name == name:
        note(try center.overdue(since: Self.due(tenant), at: WallClock.milliseconds()))
      case .runEnded, .overdue: return
      }
      bell.yield()
    } catch { logger.error("webhooks", error: error) }
  }

  /// Delivers, until its task is cancelled.
  func run() async {
    guard !center.isEmpty else { return }
    bell.yield()
    var alarm: Task<Void, any Error>?
    for await _ in rings {
      alarm?.cancel()
      await deliver(atMost: Self.roundMost)
      guard !Task.isCancelled else { break }
      let pause = pause
      alarm = Task { [bell] in
        try await Task.sleep(for: pause)
        bell.yield()
      }
    }
    alarm?.cancel()
  }

  /// The last round, when nothing is told any more.
  func finish() async {
    guard !center.isEmpty else { return }
    await deliver(atMost: Self.lastMost)
  }

  private func deliver(atMost most: Duration) async {
    do { note(try await center.deliver(atMost: most)) } catch is CancellationError {
      // What is left is in the queue.
    } catch { logger.error("webhooks", error: error) }
  }

  /// Until something is due again.
  private var pause: Duration {
    // A queue that cannot be read was complained of by the round.
    guard let due = (try? center.nextDue()) ?? nil else { return Self.lookInterval }
    return min(max(.seconds(1), .milliseconds(due - WallClock.milliseconds())), Self.lookInterval)
  }

  private func note(_ words: [String]) {
    for word in words { logger.warning("\(word)") }
  }

  /// When the next success was due at the latest, in milliseconds since 1970.
  private static func due(_ tenant: TenantView) -> Int {
    let status = tenant.status
    let last = status.lastSuccess?.finishedAt ?? status.startedAt
    return Int(last.timeIntervalSince1970 * 1000) + Int((status.overdueAfter ?? .zero) / .milliseconds(1))
  }
}
