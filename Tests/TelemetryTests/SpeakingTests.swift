import Foundation
import Logging
import Synchronization
import Testing

@testable import Telemetry

/// What a program says, and how.
struct SpeakingTests {
  private struct Refused: OperatorError {
    var message = "cars: the door is shut"
    var hint: String? = "open it"
    var exitStatus = Telemetry.ExitStatus.permission
  }

  private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
  }

  private static func said(_ format: LogFormat, _ speak: (Reporter) -> Void) -> [String] {
    let lines = Lines()
    speak(Reporter(stage: "weir-test", format: format, level: .info) { lines.add($0) })
    return lines.all
  }

  @Test("the numbers are those of sysexits(3), and every help lists them all with what they mean")
  func statuses() {
    let numbers = Telemetry.ExitStatus.allCases.map(\.rawValue)
    #expect(
      numbers == [
        0, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_SOFTWARE, EX_IOERR, EX_TEMPFAIL, EX_NOPERM, EX_CONFIG,
      ]
    )
    let lines = Telemetry.ExitStatus.helpSection.split(separator: "\n").dropFirst()
    #expect(lines.count == numbers.count)
    for (line, number) in zip(lines, numbers) { #expect(line.hasPrefix("  \(number)  ") && line.count > 12, "\(line)") }
  }

  @Test("each pair of statuses has one that is worse, whichever comes first")
  func worse() {
    for left in Telemetry.ExitStatus.allCases {
      #expect(Telemetry.ExitStatus.worse(left, .success) == left)
      for right in Telemetry.ExitStatus.allCases {
        #expect(Telemetry.ExitStatus.worse(left, right) == Telemetry.ExitStatus.worse(right, left))
      }
    }
    #expect(Telemetry.ExitStatus(for: CancellationError()) == .temporaryFailure)
    #expect(Telemetry.ExitStatus(for: CocoaError(.fileNoSuchFile)) == .software)
  }

  @Test("an error is one line with its next step, in text and in json")
  func errors() throws {
    #expect(Self.said(.text) { $0.failed(Refused()) } == ["weir-test: error: cars: the door is shut; next: open it"])
    let line = try #require(Self.said(.json) { $0.failed(Refused(), feed: "cars") }.first)
    let event = try JSONDecoder().decode(StageEvent.self, from: Data(line.utf8))
    #expect(event.event == .failed && event.feed == "cars" && event.next == "open it" && event.exitStatus == 77)
  }

  @Test("every event in json is one line that reads back as it was", arguments: [LogFormat.json])
  func events(format: LogFormat) throws {
    let lines = Self.said(format) { reporter in
      reporter.started(feed: "cars", message: "a\nb")
      reporter.progress(feed: "cars", counts: ["records": 7], total: 9)
      reporter.progress(feed: "cars", counts: ["records": 8], total: 9)
      reporter.logger.warning("odd", metadata: ["feed": "cars", "why": "two words\nand a line"])
      reporter.logger.debug("not at this level")
      reporter.finished(feed: "cars", run: "r", counts: ["records": 9], message: "done")
    }
    let events = try lines.map { try JSONDecoder().decode(StageEvent.self, from: Data($0.utf8)) }
    #expect(events.map(\.event) == [.started, .progress, .log, .finished], "the second progress came too soon")
    #expect(lines.allSatisfy { !$0.contains("\n") })
    #expect(events[1].counts == ["records": 7] && events[1].total == 9 && events[2].level == "warning")
    #expect((events[3].peakBytes ?? 0) > 1 << 20 && (events[3].seconds ?? -1) >= 0)
    for event in events { #expect(try JSONDecoder().decode(StageEvent.self, from: Data(event.line.utf8)) == event) }
  }

  @Test("in text there is a line for a person at the end, and no progress")
  func text() {
    let lines = Self.said(.text) { reporter in
      reporter.progress(feed: "cars", counts: ["records": 7])
      reporter.finished(feed: "cars", counts: ["unchanged": 1_234_567, "records": 9], message: "done")
      reporter.logger.warning("odd", metadata: ["why": "a\nb"])
    }
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix("weir-test: cars: done (records 9, unchanged 1,234,567; "), "\(lines)")
    #expect(
      lines[1] == "weir-test: warning: odd why=\"a\\nb\"" || lines[1] == "weir-test: warning: odd why=a b",
      "\(lines)"
    )
  }

  @Test("a secret is seen by nobody who does not ask for it by name")
  func secret() {
    let secret = Secret("canary-77")
    var dumped = ""
    dump([secret], to: &dumped)
    dump(["a": secret], to: &dumped)
    let seen =
      "\(secret) \([secret]) \(String(describing: secret)) \(String(reflecting: secret)) \(Optional(secret) as Any)"
      + dumped
    #expect(!seen.contains("canary-77") && seen.contains("***"))
    #expect(secret.reveal == "canary-77")
  }

  @Test(
    "numbers have their thousands apart",
    arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")]
  )
  func grouped(number: Int, text: String) { #expect(CountText.grouped(number) == text) }
}
