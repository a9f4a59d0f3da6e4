import Control
import Foundation
import JSONText
import Monitoring
import PipelineConfig
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import Webhooks

/// Who is told how a run ended, over real sockets, whatever the receivers do.
@Suite(.timeLimit(.minutes(5)))
struct WebhookTests {
  private static let secret = "a-secret-that-nobody-sees"

  /// A pipeline with receivers, in a folder of its own.
  private final class Trial: Sendable {
    let directory: FilePath
    let pipeline: Pipeline

    init(_ hooks: String) throws {
      directory = FilePath(NSTemporaryDirectory()).appending("weir-hooks-\(UUID().uuidString.lowercased())")
      try FileManager.default.createDirectory(
        atPath: directory.appending("spool").string,
        withIntermediateDirectories: true
      )
      let text = """
        {
          "sources": { "s": { "base_url": "https://shop.example" } },
          "feeds": { "cars": { "source": "s", "path": "c", "pagination": { "kind": "odata", "page_size": 9 }, "key": ["id"],
                               "table": "car", "columns": { "id": "text" } } },
          "webhooks": { \(hooks) }
        }
        """
      pipeline = try Pipeline(json: Array(text.utf8), directory: directory, environment: [:])
    }

    deinit { try? FileManager.default.removeItem(atPath: directory.string) }

    var center: WebhookCenter { WebhookCenter(pipeline, name: "shop") }

    static func to(_ port: Int, _ more: String = "") throws -> Trial {
      try Trial(
        #""ops": { "url": "http://127.0.0.1:\#(port)/hook?key=k3y", "secret": "\#(WebhookTests.secret)"\#(more) }"#
      )
    }

    /// A run of the one feed that ended so.
    func closing(_ status: FeedOutcome.Status, alerts: [String] = []) -> RunClosing {
      let reason =
        status == .failed ? FeedOutcome.Reason(program: "weir-fetch", message: "401", exitStatus: .permission) : nil
      let outcome = FeedOutcome(feed: "cars", status: status, elapsed: .seconds(2), reason: reason)
      var closing = RunClosing(RunReport(outcomes: [outcome], elapsed: .seconds(2)), of: pipeline, began: 0)
      closing.feeds[0].alerts = alerts
      return closing
    }
  }

  private static let soon = Duration.seconds(20)

  @Test(
    "success, failure, recovery and alerts are told once each, in their order; a run that a person stopped is no news"
  )
  func events() async throws {
    try await Receiver.listening { receiver in
      let trial = try Trial.to(receiver.port)
      for (status, alerts) in [
        (.succeeded, []), (.failed, []), (.failed, []), (.stopped, []), (.succeeded, ["slower: 3 times"]),
        (.succeeded, []),
      ] as [(FeedOutcome.Status, [String])] {
        let closing = trial.closing(status, alerts: alerts)
        #expect(try trial.center.ended(closing, at: WallClock.milliseconds()) == [])
        #expect(try await trial.center.deliver(atMost: Self.soon) == [])
      }
      #expect(receiver.events == ["success", "failure", "failure", "success", "recovery", "alert", "success"])
      #expect(try trial.center.nextDue() == nil)
      let failure = try JSONValue(parsing: receiver.deliveries[1].body)
      #expect(failure["event"]?.text == "failure" && failure["pipeline"]?.text == "shop")
      #expect(failure["text"]?.text == "shop: the run failed: cars failed: weir-fetch: 401")
      #expect(failure["run"]?["exit_status"] == .number("77"))
      let ids = try receiver.deliveries.map { try JSONValue(parsing: $0.body)["id"]?.text }
      #expect(Set(ids).count == ids.count)
    }
  }

  @Test("a run that is overdue is told once, and the next success is a recovery")
  func overdue() async throws {
    try await Receiver.listening { receiver in
      let trial = try Trial.to(receiver.port)
      let now = WallClock.milliseconds()
      for _ in 0..<3 { _ = try trial.center.overdue(since: now - 60_000, at: now) }
      _ = try trial.center.ended(trial.closing(.succeeded), at: now + 1)
      _ = try trial.center.overdue(since: now, at: now + 2)
      _ = try await trial.center.deliver(atMost: Self.soon)
      #expect(Set(receiver.events) == ["overdue", "success", "recovery"] && receiver.events.count == 4)
    }
  }

  @Test("the signature is what another program works out of the secret, the time and the body")
  func signature() async throws {
    try await Receiver.listening { receiver in
      let trial = try Trial.to(receiver.port)
      _ = try trial.center.ended(trial.closing(.succeeded), at: WallClock.milliseconds())
      _ = try await trial.center.deliver(atMost: Self.soon)
      let delivery = try #require(receiver.deliveries.first)
      let header = try #require(delivery.headers["weir-signature"])
      let script = """
        import hashlib, hmac, os
        parts = dict(part.split("=") for part in os.environ["HEADER"].split(","))
        code = hmac.new(os.environ["KEY"].encode(), (parts["t"] + "." + os.environ["BODY"]).encode(), hashlib.sha256)
        print(hmac.compare_digest(code.hexdigest(), parts["v1"]), parts["t"])
        """
      let checked = try await Programs.shell(
        "python3 -c \"$SCRIPT\"",
        environment: ["SCRIPT": script, "HEADER": header, "KEY": Self.secret, "BODY": delivery.body]
      )
      let words = checked.output.split(whereSeparator: \.isWhitespace)
      #expect(words.first == "True", "\(checked.errors)")
      let sent = try #require(words.last.flatMap { Int($0) })
      #expect(abs(sent - WallClock.milliseconds() / 1000) < 60)
      #expect(delivery.path == "/hook?key=k3y" && delivery.headers["content-type"] == "application/json")
    }
  }

  @Test(
    "what a receiver does not take waits, is kept over a restart, and is delivered when it is due",
    arguments: [500, 404, 302, 0]
  )
  func retries(status: Int) async throws {
    try await Receiver.listening(answer: { $0 == 1 ? status : 200 }) { receiver in
      // One that never answers is not waited for long.
      let trial = try Trial.to(receiver.port, status == 0 ? #", "timeout": "2s""# : "")
      _ = try trial.center.ended(trial.closing(.failed), at: WallClock.milliseconds())
      let before = WallClock.milliseconds()
      let notes = try await trial.center.deliver(atMost: Self.soon)
      #expect(notes.count == 1 && notes.first?.hasPrefix("webhook ops: failure was not taken: ") == true, "\(notes)")
      // Everything in memory is gone: only the files are there.
      let later = WebhookCenter(trial.pipeline)
      let due = try #require(try later.nextDue())
      #expect(due >= before + 3750 && due <= WallClock.milliseconds() + 5000)
      var waiting = try #require(try later.queue.waiting(for: "ops").first)
      waiting.due += 3_600_000
      try later.queue.save(waiting)
      #expect(try await later.deliver(atMost: Self.soon) == [], "it is not due")
      #expect(receiver.deliveries.count == 1, "a redirect is not followed")
      waiting.due = 0
      try later.queue.save(waiting)
      #expect(try await later.deliver(atMost: Self.soon) == [])
      #expect(receiver.deliveries.count == 2 && receiver.deliveries[0].body == receiver.deliveries[1].body)
      #expect(try later.nextDue() == nil)
    }
  }

  @Test(
    "a message is given up when it is too old, or when the receiver wants no more of it; and that is said",
    arguments: [true, false]
  )
  func givenUp(isGone: Bool) async throws {
    try await Receiver.listening(answer: { _ in isGone ? 410 : 503 }) { receiver in
      let trial = try Trial.to(receiver.port, isGone ? "" : #", "retry_for": "1m""#)
      let time = WallClock.milliseconds() - (isGone ? 0 : 61_000)
      _ = try trial.center.ended(trial.closing(.succeeded), at: time)
      let notes = try await trial.center.deliver(atMost: Self.soon)
      #expect(notes.first?.contains("was given up after 1 tries") == true, "\(notes)")
      #expect(try trial.center.nextDue() == nil)
    }
  }

  @Test("the waits double, are no longer than an hour, and are never the same for all")
  func backoff() {
    for attempt in 1...20 {
      let whole = min(5 * Double(1 << min(attempt - 1, 12)), 3600)
      let delays = (0..<50).map { _ in WebhookSender.delay(afterAttempt: attempt) / .seconds(1) }
      #expect(delays.allSatisfy { $0 >= whole * 0.75 && $0 <= whole } && Set(delays).count > 1)
    }
  }

  @Test("a receiver that never answers holds up no other, and the run no longer than it is allowed")
  func slow() async throws {
    try await Receiver.listening(answer: { _ in 0 }) { deaf in
      try await Receiver.listening { quick in
        let hooks = """
          "deaf": { "url": "http://127.0.0.1:\(deaf.port)/", "secret": "\(Self.secret)", "timeout": "60s" },
          "away": { "url": "http://127.0.0.1:1/", "secret": "\(Self.secret)" },
          "quick": { "url": "http://127.0.0.1:\(quick.port)/", "secret": "\(Self.secret)", "events": ["success"] }
          """
        let trial = try Trial(hooks)
        _ = try trial.center.ended(trial.closing(.succeeded), at: WallClock.milliseconds())
        let began = ContinuousClock.now
        let notes = try await trial.center.deliver(atMost: .seconds(5))
        #expect(ContinuousClock.now - began < .seconds(50), "the one that never answers was waited for")
        #expect(quick.events == ["success"] && notes.count == 2, "\(notes)")
      }
    }
  }

  @Test("neither the secret nor the address stands in a file of the queue or in what is said")
  func secrets() async throws {
    try await Receiver.listening(answer: { _ in 500 }) { receiver in
      let trial = try Trial.to(receiver.port)
      _ = try trial.center.ended(trial.closing(.failed), at: WallClock.milliseconds())
      let notes = try await trial.center.deliver(atMost: Self.soon)
      let found = try await Programs.shell("grep -rE 'k3y|\(Self.secret)' '\(trial.center.queue.folder)'")
      #expect(found.status == 1 && found.output.isEmpty, "\(found.output)")
      #expect(notes.allSatisfy { !$0.contains("k3y") && !$0.contains(Self.secret) })
      #expect(receiver.deliveries.allSatisfy { !$0.body.contains(Self.secret) })
    }
  }

  @Test("more than so many messages do not wait for one receiver")
  func bounded() throws {
    let trial = try Trial.to(1)
    let queue = trial.center.queue
    let message = WebhookMessage(.success, trial.closing(.succeeded), pipeline: "shop", at: 5)
    _ = try queue.put(message, for: "ops")
    let folder = queue.folder.appending("ops").string
    let first = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
    for number in 1..<WebhookQueue.waitingMax {
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/1-\(number).json", withDestinationPath: first)
    }
    #expect(try !queue.put(message, for: "ops"))
    let notes = try trial.center.ended(trial.closing(.succeeded), at: 6)
    #expect(notes == ["webhook ops: 1000 messages wait for it; success was not kept"])
  }

  @Test("two programs do not deliver the same message at the same time")
  func alone() async throws {
    let trial = try Trial.to(1)
    let queue = trial.center.queue
    let inner = try await queue.alone { try await WebhookQueue(folder: queue.folder).alone { true } }
    #expect(inner == .some(nil))
    #expect(try await queue.alone { true } == true)
  }
}
