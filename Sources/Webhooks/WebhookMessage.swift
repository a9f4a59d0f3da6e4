internal import Control
internal import JSONText
public import Monitoring
public import PipelineConfig
internal import Telemetry

/// What a receiver is told: the body of one POST.
public struct WebhookMessage: Sendable, Equatable {
  public var event: Webhook.Event
  /// Milliseconds since 1970.
  public var time: Int
  /// JSON; begins with `id`, `event` and `time`.
  public var body: String

  /// A run has ended.
  ///
  /// - Parameters:
  ///   - event: What the receiver is told of.
  ///   - closing: The run.
  ///   - pipeline: The pipeline's name.
  ///   - time: Milliseconds since 1970.
  public init(_ event: Webhook.Event, _ closing: RunClosing, pipeline: String, at time: Int) {
    let report = closing.report
    let totals = report.totals
    let run = JSONValue.object([
      member("seconds", seconds(report.elapsed / .seconds(1))),
      member("exit_status", .number(String(report.exitStatus.rawValue))), member("fetched", whole(totals.fetched)),
      member("inserted", whole(totals.inserted)), member("updated", whole(totals.updated)),
      member("unchanged", whole(totals.unchanged)), member("deleted", whole(totals.deleted)),
      member("rejected", whole(totals.rejected)), member("missed", texts(report.missed)),
      member("feeds", .array(closing.feeds.map(Self.feed))),
    ])
    self.init(
      event,
      pipeline: pipeline,
      at: time,
      text: Self.sentence(event, closing, pipeline),
      more: [member("run", run)]
    )
  }

  /// A run that was due did not begin, or not end, in its time.
  ///
  /// - Parameters:
  ///   - due: When it was due, in milliseconds since 1970.
  ///   - pipeline: The pipeline's name.
  ///   - time: Milliseconds since 1970.
  public init(overdueSince due: Int, pipeline: String, at time: Int) {
    let stamp = WallClock.timestamp(milliseconds: due)
    self.init(
      .overdue,
      pipeline: pipeline,
      at: time,
      text: "\(pipeline): a run is overdue since \(stamp)",
      more: [member("due_at", .string(stamp))]
    )
  }

  private init(_ event: Webhook.Event, pipeline: String, at time: Int, text: String, more: [JSONMember]) {
    self.event = event
    self.time = time
    let id = "\(time)-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    body =
      JSONValue.object(
        [
          member("id", .string(id)), member("event", .string(event.rawValue)),
          member("time", .string(WallClock.timestamp(milliseconds: time))), member("pipeline", .string(pipeline)),
          member("text", .string(text)),
        ] + more
      ).encoded
  }

  private static func feed(_ feed: RunMetrics) -> JSONValue {
    var members = [
      member("feed", .string(feed.feed)), member("status", .string(feed.status.rawValue)),
      member("seconds", seconds(feed.seconds)), member("fetched", whole(feed.counts.fetched)),
      member("inserted", whole(feed.counts.inserted)), member("updated", whole(feed.counts.updated)),
      member("rejected", whole(feed.counts.rejected)),
    ]
    if let run = feed.run { members.append(member("run", .string(run))) }
    if let error = feed.error { members.append(member("error", .string(error))) }
    if !feed.missed.isEmpty { members.append(member("missed", texts(feed.missed))) }
    if !feed.alerts.isEmpty { members.append(member("alerts", texts(feed.alerts))) }
    return .object(members)
  }

  /// One line: receivers such as Slack's show the member `text` and nothing else.
  private static func sentence(_ event: Webhook.Event, _ closing: RunClosing, _ pipeline: String) -> String {
    let report = closing.report
    let figures = "\(CountText.grouped(report.totals.fetched)) records in \(CountText.seconds(report.elapsed))"
    switch event {
    case .success: return "\(pipeline): the run succeeded: \(figures)"
    case .recovery: return "\(pipeline): well again: \(figures)"
    case .overdue: return "\(pipeline): a run is overdue"
    case .alert:
      return "\(pipeline): "
        + closing.feeds.flatMap { feed in feed.alerts.map { "\(feed.feed) \($0)" } }.joined(separator: "; ")
    case .failure:
      let reasons = closing.feeds.filter { !$0.status.isGood }.map { feed in
        "\(feed.feed) \(feed.status.rawValue)\((feed.error ?? feed.missed.first).map { ": \($0)" } ?? "")"
      }
      return "\(pipeline): the run failed: \((reasons + report.missed).joined(separator: "; "))"
    }
  }
}

private func member(_ name: String, _ value: JSONValue) -> JSONMember { JSONMember(name: name, value: value) }
private func whole(_ count: Int) -> JSONValue { .number(String(count)) }
private func texts(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
/// To the thousandth.
private func seconds(_ time: Double) -> JSONValue { .number("\((time * 1000).rounded() / 1000)") }
