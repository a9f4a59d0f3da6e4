import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Telemetry

/// What a program says while it works, line by line.
struct ReporterTests {
  private struct Refused: OperatorError {
    var message: String { "cars: the door is shut" }
    var hint: String?
    var exitStatus: Telemetry.ExitStatus { .permission }
  }

  private struct Plain: Error, CustomStringConvertible {
    var description: String { "it\nbroke" }
  }

  private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
  }

  private static func said(
    _ format: LogFormat,
    level: Logger.Level = .notice,
    _ speak: (Reporter) throws -> Void
  ) rethrows -> [String] {
    let lines = Lines()
    try speak(Reporter(stage: "weir-test", format: format, level: level) { lines.add($0) })
    return lines.all
  }

  @Test(
    "a failure in json carries the status and the next step apart from the message",
    arguments: [(nil, 77), ("open it", 77)] as [(String?, Int32)]
  )
  func failed(hint: String?, status: Int32) throws {
    let lines = Self.said(.json) { $0.failed(Refused(hint: hint), feed: "cars") }
    let event = try #require(lines.first.flatMap { StageEvent(line: $0) })
    #expect(lines.count == 1 && event.message == "cars: the door is shut" && event.next == hint)
    #expect(event.exitStatus == status && event.feed == "cars" && event.stage == "weir-test")
  }

  @Test("a program that fails says how far it had come, also what was not worth a line before")
  func farFailed() throws {
    let lines = Self.said(.json) { reporter in
      for pages in 1...3 { reporter.progress(feed: "cars", run: "r", counts: ["pages": pages]) }
      reporter.failed(Refused(), feed: "cars")
    }
    let events = lines.compactMap { StageEvent(line: $0) }
    #expect(events.map(\.event) == [.progress, .failed] && events.map { $0.counts["pages"] } == [1, 3])
  }

  @Test("an error that is no one's is said as it is, with 70")
  func unknown() throws {
    let event = try #require(Self.said(.json) { $0.failed(Plain()) }.first.flatMap { StageEvent(line: $0) })
    #expect(event.message == "it\nbroke" && event.next == nil && event.exitStatus == 70)
  }

  @Test("every line in json is one object with no line break in it, whatever is said", arguments: [51, 52] as [UInt64])
  func oneLine(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let letters = ["a", "\n", "\r\n", "\"", "\\", "\u{0}", "\u{2028}", "é", "\u{1F697}", "{", "=", " "]
    for _ in 0..<50 {
      let text = (0..<20).compactMap { _ in letters.randomElement(using: &random) }.joined()
      let lines = Self.said(.json, level: .trace) { reporter in
        reporter.started(feed: text, run: text, message: text)
        reporter.logger.info("\(text)", metadata: ["\(text)": "\(text)", "feed": "\(text)"])
        reporter.finished(feed: text, counts: [text: 1], message: text)
      }
      #expect(lines.count == 3 && lines.allSatisfy { !$0.utf8.contains(10) && !$0.utf8.contains(13) })
      let events = try lines.map { line in try #require(StageEvent(line: line), "seed \(seed): \(line)") }
      #expect(events.map(\.event) == [.started, .log, .finished])
      #expect(events.allSatisfy { Array(($0.feed ?? "").utf8) == Array(text.utf8) }, "seed \(seed)")
      #expect(events[0].message == text && events[2].counts == [text: 1], "seed \(seed)")
    }
  }

  @Test("a line of text is one line too: a break in a server's words cannot look like another program's line")
  func oneLineOfText() {
    let lines = Self.said(.text) { $0.logger.error("a\nweir-merge: error: b\r\nc", metadata: ["why": "d\ne"]) }
    #expect(lines.count == 1 && lines[0].hasPrefix("weir-test: error: a weir-merge: error: b c "), "\(lines)")
    #expect(lines.allSatisfy { !$0.contains(where: \.isNewline) })
  }

  @Test(
    "details are key=value in the order of their keys, quoted where a shell needs it",
    arguments: [
      (["b": "1", "a": "2"], "said a=2 b=1"), (["a": "two words"], #"said a="two words""#),
      (["a": "x=y"], #"said a="x=y""#), (["a": "say \"x\""], #"said a="say \"x\"""#), ([:], "said"),
    ] as [([String: String], String)]
  )
  func details(metadata: [String: String], expected: String) {
    let details = Logger.Metadata(uniqueKeysWithValues: metadata.map { ($0.key, .string($0.value)) })
    #expect(Self.said(.text) { $0.logger.warning("said", metadata: details) } == ["weir-test: warning: \(expected)"])
  }

  @Test("the least level is written and what is below it is not", arguments: Logger.Level.allCases)
  func levels(level: Logger.Level) {
    for format in LogFormat.allCases {
      let lines = Self.said(format, level: level) { reporter in
        for other in Logger.Level.allCases { reporter.logger.log(level: other, "at \(other)") }
      }
      let expected = Logger.Level.allCases.filter { $0 >= level }
      #expect(lines.count == expected.count)
      #expect(zip(lines, expected).allSatisfy { $0.contains("at \($1)") }, "\(lines)")
    }
  }

  @Test("progress is dropped while the last line of it is fresh, and the end is said all the same")
  func progress() {
    let lines = Self.said(.json) { reporter in
      for records in 1...1000 { reporter.progress(counts: ["records": records]) }
      reporter.finished(counts: ["records": 1000], total: 1000, message: "done")
    }
    let events = lines.compactMap { StageEvent(line: $0) }
    #expect(events.first?.counts == ["records": 1] && events.last?.counts == ["records": 1000])
    #expect(events.count == lines.count && events.last?.total == 1000)
    // A thousand calls take nothing like a thousand intervals, even on a slow machine.
    #expect(events.count < 100)
  }

  @Test("in text a failure and the end are a line for a person each, and progress is silent")
  func text() {
    let lines = Self.said(.text) { reporter in
      reporter.started(feed: "cars", message: "started")
      reporter.progress(feed: "cars", counts: ["records": 7])
      reporter.failed(Refused(hint: "open it"), feed: "cars")
      reporter.finished(feed: "cars", counts: ["unchanged": 1_234_567, "records": 9], message: "done")
    }
    #expect(lines.count == 2 && lines[0] == "weir-test: error: cars: the door is shut; next: open it", "\(lines)")
    let end = /weir-test: cars: done \(records 9, unchanged 1,234,567; [0-9]+\.[0-9] s\)/
    #expect(lines[1].wholeMatch(of: end) != nil, "\(lines)")
  }

  @Test("every event of work says how long the program has run and the most memory it has had")
  func measures() throws {
    let lines = Self.said(.json) { reporter in
      reporter.started(message: "started")
      reporter.progress(counts: [:], total: 9)
      reporter.finished(counts: [:], message: "done")
    }
    let events = try lines.map { try #require(StageEvent(line: $0)) }
    let seconds = events.compactMap(\.seconds)
    #expect(events.count == 3 && seconds.count == 3 && seconds == seconds.sorted() && seconds[0] >= 0)
    #expect(events.allSatisfy { ($0.peakBytes ?? 0) > 1 << 20 } && events[1].total == 9)
  }
}
