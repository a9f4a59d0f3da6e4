import Spool
import Telemetry
import TestSupport
import Testing

@testable import Control

/// What a person sees of a run, event by event.
struct RunDisplayTests {
  private static func progress(at seconds: Double) -> RunEvent {
    var counts = FeedCounts()
    counts.fetched = Int(seconds * 100)
    return .progress(ProgressSnapshot(feed: "cars", elapsed: .seconds(seconds), counts: counts))
  }

  private static let phase = RunPlan.Phase(feeds: ["cars", "hotels"], name: "parents")

  private static func failure(_ message: String) -> StageEvent {
    var event = StageEvent(.failed, stage: "weir-merge", time: "2026-11-20T23:44:08.000Z")
    (event.message, event.next) = (message, "weir db up")
    return event
  }

  @Test("in a file there is a line every five seconds, and not one escape sequence")
  func lines() {
    let terminal = RecordingTerminal()
    let display = RunDisplay(terminal: terminal, mode: .lines, style: .plain)
    display.show(.phase(number: 1, of: 2, Self.phase))
    for tick in 1...60 { display.show(Self.progress(at: Double(tick) / 5)) }
    display.show(.ended(FeedOutcome(feed: "cars", status: .succeeded, elapsed: .seconds(12))))
    #expect(
      terminal.notes == [
        "phase 1 of 2: parents (cars, hotels)", "cars: 500 rows, 0 merged", "cars: 1,000 rows, 0 merged",
        "cars: 0 rows in 12.0 s: 0 inserted, 0 updated, 0 unchanged",
      ]
    )
    #expect(terminal.output == [])
  }

  @Test("on a terminal progress is written over, and what lasts takes its place")
  func inPlace() {
    let terminal = RecordingTerminal(isInteractive: true)
    let display = RunDisplay(terminal: terminal, mode: .inPlace { 80 }, style: .plain)
    let over = "\u{1B}[1A\u{1B}[2K"
    display.show(Self.progress(at: 1))
    display.show(Self.progress(at: 2))
    display.show(.wrote(feed: "cars", .hash, "a word of the runtime"))
    display.show(Self.progress(at: 3))
    display.show(.ended(FeedOutcome(feed: "cars", status: .succeeded, elapsed: .seconds(3))))
    display.say("done")
    #expect(
      terminal.notes == [
        "cars: 100 rows, 0 merged", over + "cars: 200 rows, 0 merged", over + "cars: weir-hash: a word of the runtime",
        "cars: 300 rows, 0 merged", over + "cars: 0 rows in 3.0 s: 0 inserted, 0 updated, 0 unchanged", "done",
      ]
    )
  }

  @Test("two feeds side by side have a line each, written over together, and each ends by itself")
  func sideBySide() {
    let terminal = RecordingTerminal(isInteractive: true)
    let display = RunDisplay(terminal: terminal, mode: .inPlace { 80 }, style: .plain)
    func progress(_ feed: String) -> RunEvent {
      .progress(ProgressSnapshot(feed: feed, elapsed: .seconds(1), counts: FeedCounts()))
    }
    display.show(progress("a"))
    display.show(progress("b"))
    display.show(progress("a"))
    display.show(.ended(FeedOutcome(feed: "a", status: .stopped, elapsed: .seconds(1))))
    display.show(progress("b"))
    display.show(.ended(FeedOutcome(feed: "b", status: .stopped, elapsed: .seconds(1))))
    let both = "a: 0 rows, 0 merged\nb: 0 rows, 0 merged"
    let (over, overBoth) = ("\u{1B}[1A\u{1B}[2K", "\u{1B}[2A\u{1B}[J")
    #expect(
      terminal.notes == [
        "a: 0 rows, 0 merged", over + both, overBoth + both, overBoth + "a: stopped after 1.0 s", "b: 0 rows, 0 merged",
        over + "b: stopped after 1.0 s",
      ]
    )
    let file = RecordingTerminal()
    let lines = RunDisplay(terminal: file, mode: .lines, style: .plain)
    for feed in ["a", "b"] {
      lines.show(.progress(ProgressSnapshot(feed: feed, elapsed: .seconds(6), counts: FeedCounts())))
    }
    #expect(file.notes.count == 2, "one feed's line does not take the place of another's")
  }

  @Test("an error is one line with its next step, and the feed's end does not repeat it")
  func errorOnce() {
    let terminal = RecordingTerminal()
    let display = RunDisplay(terminal: terminal, mode: .lines, style: .plain)
    let reason = FeedOutcome.Reason(
      program: "weir-merge",
      message: "no server",
      next: "weir db up",
      exitStatus: .temporaryFailure
    )
    display.show(.said(feed: "cars", Self.failure("no server")))
    display.show(.ended(FeedOutcome(feed: "cars", status: .failed, elapsed: .seconds(1), reason: reason)))
    display.show(.ended(FeedOutcome(feed: "hotels", status: .failed, elapsed: .seconds(1), reason: reason)))
    #expect(
      terminal.notes == [
        "cars: weir-merge: error: no server; next: weir db up", "cars: failed after 1.0 s",
        "hotels: failed after 1.0 s: weir-merge: no server; next: weir db up",
      ]
    )
  }

  @Test(
    "colour and writing over want a terminal that can; NO_COLOR takes only the colour",
    arguments: [
      (true, [:], true, true), (true, ["NO_COLOR": "1"], true, false), (true, ["NO_COLOR": ""], true, true),
      (true, ["TERM": "dumb"], false, false), (false, [:], false, false),
    ] as [(Bool, [String: String], Bool, Bool)]
  )
  func chosen(isInteractive: Bool, environment: [String: String], overwrites: Bool, isColoured: Bool) {
    let mode = RunDisplay.Mode.chosen(isInteractive: isInteractive, environment: environment)
    #expect((mode != .lines) == overwrites)
    let style = TextStyle.chosen(isInteractive: isInteractive, environment: environment)
    #expect(style.isColoured == isColoured)
  }
}
