import Foundation
import Testing

@testable import Telemetry

/// The line that one program writes and another reads.
struct StageEventTests {
  private static let full = {
    var event = StageEvent(
      .failed,
      stage: "weir-merge",
      time: "2026-11-20T23:44:08.123Z",
      feed: "cars",
      run: "20261120T234408Z-7k2q",
      counts: ["records": 9_007_199_254_740_993, "segments": 0]
    )
    event.level = "error"
    event.message = "a/b: two\nlines, \"quoted\", \u{1F697}"
    event.next = "open it"
    event.total = 12
    event.figures = ["request_p95_ms": 12.5]
    event.seconds = 1.5
    event.peakBytes = 1 << 40
    event.exitStatus = 65
    return event
  }()

  @Test("an event has these members, and no others")
  func members() throws {
    let object = try #require(try JSONSerialization.jsonObject(with: Data(Self.full.line.utf8)) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "event", "time", "stage", "feed", "run", "level", "message", "next", "counts", "figures", "total", "seconds",
        "peak_bytes",
        "exit_status",
      ]
    )
    #expect(object["event"] as? String == "failed" && object["exit_status"] as? Int == 65)
    #expect(object["peak_bytes"] as? Int == 1 << 40 && object["message"] as? String == Self.full.message)
  }

  @Test("what does not apply is absent, not null")
  func absent() throws {
    let line = StageEvent(.started, stage: "weir-hash", time: "t").line
    #expect(line == #"{"counts":{},"event":"started","stage":"weir-hash","time":"t"}"#)
  }

  @Test("an event reads back as it was, and is one line whatever it says")
  func back() {
    #expect(!Self.full.line.contains("\n") && Self.full.line.contains("a/b"))
    #expect(StageEvent(line: Self.full.line) == Self.full)
    #expect(StageEvent(line: Self.full.line[...]) == Self.full)
  }

  @Test("a reader takes members that it does not know: fields only grow")
  func newer() {
    let line = #"{"event":"progress","time":"t","stage":"s","counts":{"records":3},"colour":{"a":[1]},"feed":"cars"}"#
    let event = StageEvent(line: line)
    #expect(event?.event == .progress && event?.counts == ["records": 3] && event?.feed == "cars")
  }

  @Test(
    "a line that is none of ours is none",
    arguments: [
      "", "{", "Fatal error: Index out of range", "[1]", "null", "{}", #"{"event":"danced","time":"t","stage":"s"}"#,
      #"{"event":"log","time":"t","counts":{}}"#, #" {"event":"log","time":"t","stage":"s","counts":{}}"#,
      #"{"event":"log","time":"t","stage":"s","counts":{}} and more"#,
    ]
  )
  func foreign(line: String) { #expect(StageEvent(line: line) == nil) }

  @Test(
    "a moment is RFC 3339 in UTC with three digits of a second",
    arguments: [
      (0, 0, "1970-01-01T00:00:00.000Z"), (951_782_400, 7, "2000-02-29T00:00:00.007Z"),
      (1_795_218_248, 999, "2026-11-20T23:44:08.999Z"), (-1, 1, "1969-12-31T23:59:59.001Z"),
    ]
  )
  func clock(seconds: Int, milliseconds: Int, expected: String) {
    #expect(WallClock.timestamp(seconds: seconds, milliseconds: milliseconds) == expected)
    let now = WallClock.timestamp()
    #expect(now.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(now)")
  }
}
