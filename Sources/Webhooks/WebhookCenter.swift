internal import Control
internal import JSONText
public import Monitoring
public import PipelineConfig
internal import SystemPackage
internal import Telemetry

/// Who is told what, and when: puts messages into the queue as runs end, and delivers what is due.
///
/// Putting in is quick and durable; delivering is another call, which a run makes when its work is done and a service makes
/// all the time. So no receiver ever holds a run up.
public struct WebhookCenter: Sendable {
  let receivers: [Webhook]
  let pipeline: String
  public let queue: WebhookQueue

  /// - Parameters:
  ///   - pipeline: Its receivers, and its folder's name, by which messages call it.
  ///   - name: What messages call it instead.
  public init(_ pipeline: Pipeline, name: String? = nil) {
    receivers = pipeline.webhooks
    feeds = Set(pipeline.feeds.map(\.name))
    self.pipeline = name ?? pipeline.directory.lastComponent?.string ?? "weir"
    // Beside the queues of segments: whoever keeps the spool keeps these.
    queue = WebhookQueue(folder: pipeline.spool.path.appending(".webhooks"))
  }

  /// Nobody is told anything.
  public var isEmpty: Bool { receivers.isEmpty }

  /// What was not well when a run ended last.
  private struct Stand: Equatable {
    var feeds: Set<String> = []
    /// The run as a whole missed a target.
    var hasMissed = false
    var isOverdue = false

    var isWell: Bool { feeds.isEmpty && !hasMissed && !isOverdue }
  }

  private let feeds: Set<String>
  private static let standName = "stand.json"

  /// A run has ended: tells of success or failure, of recovery after a failure, and of alerts. A run that a person stopped is
  /// no news.
  ///
  /// - Returns: What a person should know: receivers for whom too many messages wait.
  /// - Throws: ``WebhookQueueError``.
  public func ended(_ closing: RunClosing, at time: Int) throws(WebhookQueueError) -> [String] {
    guard !isEmpty else { return [] }
    var events: [Webhook.Event] = []
    var stand = try stand()
    let wasWell = stand.isWell
    let bad = closing.feeds.filter { $0.status == .failed || $0.status == .missed }.map(\.feed)
    // A feed that is no longer there will not be well again.
    stand.feeds = stand.feeds.intersection(feeds).union(bad)
    stand.feeds.subtract(closing.feeds.filter { $0.status == .succeeded }.map(\.feed))
    if !closing.feeds.isEmpty { stand.hasMissed = !closing.report.missed.isEmpty }
    if closing.report.exitStatus == .success {
      stand.isOverdue = false
      events.append(.success)
      if !wasWell, stand.isWell { events.append(.recovery) }
    } else if !bad.isEmpty || !closing.report.missed.isEmpty {
      events.append(.failure)
    }
    if closing.feeds.contains(where: { !$0.alerts.isEmpty }) { events.append(.alert) }
    var notes: [String] = []
    for event in events { notes += try tell(WebhookMessage(event, closing, pipeline: pipeline, at: time)) }
    try save(stand)
    return notes
  }

  /// A run that was due did not begin, or not end, in its time; told once, until a run succeeds.
  ///
  /// - Throws: ``WebhookQueueError``.
  public func overdue(since due: Int, at time: Int) throws(WebhookQueueError) -> [String] {
    guard !isEmpty else { return [] }
    var stand = try stand()
    guard !stand.isOverdue else { return [] }
    let notes = try tell(WebhookMessage(overdueSince: due, pipeline: pipeline, at: time))
    stand.isOverdue = true
    try save(stand)
    return notes
  }

  private func tell(_ message: WebhookMessage) throws(WebhookQueueError) -> [String] {
    var notes: [String] = []
    for receiver in receivers where receiver.events.contains(message.event) {
      guard try !queue.put(message, for: receiver.name) else { continue }
      notes.append(
        "webhook \(receiver.name): \(WebhookQueue.waitingMax) messages wait for it; \(message.event.rawValue) was not kept"
      )
    }
    return notes
  }

  private func stand() throws(WebhookQueueError) -> Stand {
    guard let text = try queue.note(Self.standName), let value = try? JSONValue(parsing: text) else { return Stand() }
    var stand = Stand()
    if case .array(let names)? = value["feeds"] { stand.feeds = Set(names.compactMap(\.text)) }
    stand.hasMissed = value["missed"] == .bool(true)
    stand.isOverdue = value["overdue"] == .bool(true)
    return stand
  }

  private func save(_ stand: Stand) throws(WebhookQueueError) {
    let value = JSONValue.object([
      JSONMember(name: "feeds", value: .array(stand.feeds.sorted().map(JSONValue.string))),
      JSONMember(name: "missed", value: .bool(stand.hasMissed)),
      JSONMember(name: "overdue", value: .bool(stand.isOverdue)),
    ])
    try queue.note(Self.standName, value.encoded)
  }
}
