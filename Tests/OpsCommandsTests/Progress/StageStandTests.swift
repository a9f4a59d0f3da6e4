import Spool
import Telemetry
import TestSupport
import Testing

@testable import Control

/// What a person is told that each program does: rate-limited, waiting and hung are three things.
struct StageStandTests {
  /// What a program measured, how long it has said nothing, and what is made of it.
  struct Case: CustomTestStringConvertible, Sendable {
    var figures: [String: Double]?
    var stage = StageName.fetch
    var silence = 0.5
    var words: String
    var isHeldUp = true
    var testDescription: String { "\(stage.rawValue): \(words)" }
  }

  static let cases = [
    Case(figures: nil, words: "starting", isHeldUp: false),
    Case(figures: nil, silence: 7.2, words: "hangs? it says nothing for 8 s"),
    Case(
      figures: ["request_open": 2, "concurrency": 4, "request_count": 9],
      words: "working, 2 of 4 requests under way",
      isHeldUp: false
    ),
    Case(
      figures: ["request_open": 0, "waiting_limits": 3, "wait_left_ms": 3900, "request_count": 1],
      words: "rate-limited: next request in 4 s"
    ),
    // A limit that holds some back while others are under way is how it should be.
    Case(
      figures: ["request_open": 1, "waiting_limits": 3, "wait_left_ms": 3900, "concurrency": 2],
      words: "working, 1 of 2 requests under way",
      isHeldUp: false
    ),
    Case(
      figures: ["waiting_vendor": 1, "wait_left_ms": 60_400],
      words: "rate-limited by the vendor: next request in 60 s"
    ),
    Case(figures: ["waiting_breaker": 1, "wait_left_ms": 20_500], words: "breaker open: next trial in 20 s"),
    Case(figures: ["waiting_room": 1, "request_open": 2], words: "waiting for room: the spool or the disk is full"),
    Case(figures: ["waiting_retry": 1, "wait_left_ms": 1500], words: "after a failure: tried again in 1 s"),
    Case(
      figures: ["request_open": 1, "request_oldest_ms": 11_500],
      words: "waiting for the vendor's answer for 12 s"
    ),
    Case(
      figures: ["segment_open": 1, "segment_oldest_ms": 6000],
      stage: .merge,
      words: "waiting for the database for 7 s"
    ),
    Case(
      figures: ["segment_open": 1, "segment_oldest_ms": 6000],
      stage: .hash,
      words: "busy with one segment for 7 s"
    ),
    Case(
      figures: ["segment_open": 0, "segment_count": 3],
      stage: .stage,
      words: "idle: waits for segments",
      isHeldUp: false
    ),
    Case(
      figures: ["segment_open": 1, "segment_oldest_ms": 100],
      stage: .hash,
      silence: 7.2,
      words: "hangs? it says nothing for 8 s"
    ),
    Case(
      figures: ["waiting_limits": 1, "wait_left_ms": 60_000],
      silence: 6,
      words: "hangs? it says nothing for 6 s"
    ),
  ]

  @Test("each trouble has its own words", arguments: cases)
  func words(of one: Case) {
    let stand = StageStand(one.stage, figures: one.figures, silence: .milliseconds(one.silence * 1000), hasEnded: false)
    #expect(stand.words == one.words && stand.isHeldUp == one.isHeldUp)
  }

  @Test("a program that is done says nothing more, and does not hang")
  func done() {
    let stand = StageStand(.hash, figures: ["segment_count": 3], silence: .seconds(600), hasEnded: true)
    #expect(stand.words == "done" && !stand.isHeldUp)
  }

  @Test(
    "the table is as wide as it may be, and says what a program does before its figures",
    arguments: [200, 80, 60, 40]
  )
  func width(columns: Int) {
    var fetch = StageStand(stage: .fetch, condition: .held(.limits, left: .seconds(4)))
    (fetch.p50, fetch.p95, fetch.p99, fetch.memoryBytes, fetch.rowsPerSecond) = (85, 120, 1310, 24 << 20, 1234)
    var merge = StageStand(stage: .merge, condition: .idle)
    merge.queued = 12
    let lines = StageTable.lines([fetch, merge], width: columns, style: .plain)
    #expect(lines.count == 3 && lines.allSatisfy { $0.count <= columns }, "\(lines)")
    #expect(lines[1].hasPrefix("  fetch") && lines[1].contains("rate-limited: "), "\(lines)")
    guard columns == 200 else { return }
    #expect(lines[0] == "  program  queue   rows/s      p50      p95      p99   memory")
    #expect(
      lines[1] == "  fetch        -    1,234    85 ms   120 ms    1.3 s   24 MiB  rate-limited: next request in 4 s"
    )
  }

  @Test(
    "memory grows from when all four programs are there, and a program that has ended does not hang, whatever it said last"
  )
  func ends() {
    var progress = FeedProgress(feed: "cars")
    for (second, stage) in StageName.allCases.enumerated() {
      var event = StageEvent(.started, stage: "weir-\(stage.rawValue)", time: "t", counts: ["pages": 1])
      event.figures = ["memory_bytes": Double(10 << 20)]
      progress.apply(event, from: stage, at: .seconds(second))
    }
    #expect(progress.measures.memoryGrowthBytes == 0)
    progress.end(.fetch)
    let snapshot = progress.snapshot(at: .seconds(600))
    #expect(!snapshot.isFetching && snapshot.stages.first?.condition == .done)
    #expect(snapshot.stages.last?.isHeldUp == true, "merge says nothing")
  }

  @Test("of more lines than the terminal has, those of the programs are left out, and then feeds")
  func narrow() {
    for (rows, expected) in [(30, 12), (13, 12), (12, 2), (2, 1)] {
      let terminal = RecordingTerminal(isInteractive: true)
      let display = RunDisplay(terminal: terminal, mode: .inPlace(columns: { 80 }, rows: { rows }), style: .plain)
      for feed in ["cars", "vans"] {
        var snapshot = ProgressSnapshot(feed: feed, elapsed: .seconds(1), counts: FeedCounts())
        snapshot.stages = StageName.allCases.map { StageStand(stage: $0, condition: .starting) }
        display.show(.progress(snapshot))
      }
      #expect(terminal.notes.last?.split(separator: "\n").count == expected, "\(rows): \(terminal.notes)")
    }
  }

  @Test("several lines of progress are written over as one, and nothing of them stays")
  func display() {
    let terminal = RecordingTerminal(isInteractive: true)
    let display = RunDisplay(terminal: terminal, mode: .inPlace { 80 }, style: .plain)
    var snapshot = ProgressSnapshot(feed: "cars", elapsed: .seconds(1), counts: FeedCounts())
    snapshot.stages = [StageStand(stage: .fetch, condition: .starting)]
    display.show(.progress(snapshot))
    display.show(.progress(snapshot))
    display.say("done")
    #expect(terminal.notes.count == 3 && terminal.notes[0].split(separator: "\n").count == 3)
    #expect(terminal.notes[1] == "\u{1B}[3A\u{1B}[J" + terminal.notes[0])
    #expect(terminal.notes[2] == "\u{1B}[3A\u{1B}[Jdone")
  }

  @Test(
    "rates and growth leave the warm-up out; one that nothing came behind is not warm, and its rates end with its last page"
  )
  func warmUp() {
    func progress(warmUp: Duration) -> FeedMeasures {
      var progress = FeedProgress(feed: "cars", warmUp: warmUp)
      for stage in StageName.allCases where stage != .fetch {
        var event = StageEvent(.started, stage: "weir-\(stage.rawValue)", time: "t", counts: [:])
        event.figures = ["memory_bytes": 0]
        progress.apply(event, from: stage, at: .zero)
      }
      for second in 1...20 {
        // Slow for ten seconds, then ten times as fast; memory grows by a megabyte a second.
        let pages = second <= 10 ? second : 10 + (second - 10) * 10
        var event = StageEvent(
          .progress,
          stage: "weir-fetch",
          time: "t",
          counts: ["pages": pages, "records": 100 * pages]
        )
        event.figures = ["memory_bytes": Double(second << 20)]
        progress.apply(event, from: .fetch, at: .seconds(second))
      }
      return progress.measures
    }
    let warm = progress(warmUp: .seconds(10))
    #expect(
      warm.isWarm && warm.pagesPerSecond == 10 && warm.rowsPerSecond == 1000 && warm.memoryGrowthBytes == 10 << 20
    )
    let short = progress(warmUp: .seconds(60))
    #expect(!short.isWarm && short.pagesPerSecond == 5.5 && short.memoryGrowthBytes == nil)
  }
}
