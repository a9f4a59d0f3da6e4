import Telemetry
import Testing

@testable import Control

/// The lines of a run, as they stand on a terminal and in a file.
struct LineTests {
  static let snapshot: ProgressSnapshot = {
    var counts = FeedCounts()
    (counts.fetched, counts.inserted, counts.pages) = (12_400, 8000, 25)
    var snapshot = ProgressSnapshot(feed: "media", elapsed: .seconds(10), counts: counts)
    (snapshot.total, snapshot.fraction) = (20_000, 0.62)
    (snapshot.rowsPerSecond, snapshot.pagesPerSecond, snapshot.remaining) = (1234.4, 4.12, .seconds(6.2))
    return snapshot
  }()

  static let full = "media: 62 %, 12,400 of 20,000 rows, 8,000 merged, 1,234 rows/s, 4.1 pages/s, ETA 0:07"

  @Test("a progress line says percent, rows, rates and the time to go")
  func progress() { #expect(ProgressLine.text(Self.snapshot) == Self.full) }

  @Test("a narrow terminal loses the least important figures first, and the line never wraps", arguments: 1...100)
  func narrow(width: Int) {
    let line = ProgressLine.text(Self.snapshot, width: width)
    #expect(line.count <= width)
    if width >= Self.full.count { #expect(line == Self.full) }
    if width >= 30, width < 40 { #expect(line.contains("62 %")) }
  }

  @Test("colour adds nothing but escape sequences", arguments: [20, 60, 200])
  func colour(width: Int) {
    let coloured = ProgressLine.text(Self.snapshot, width: width, style: TextStyle(isColoured: true))
    let plain = ProgressLine.text(Self.snapshot, width: width)
    #expect(coloured != plain)
    #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
  }

  private static func succeeded() -> FeedOutcome {
    var counts = FeedCounts()
    (counts.fetched, counts.pages) = (2000, 4)
    (counts.inserted, counts.updated, counts.unchanged, counts.unseen) = (188, 3, 1806, 12)
    (counts.superseded, counts.rejected) = (1, 2)
    return FeedOutcome(feed: "vow", status: .succeeded, counts: counts, elapsed: .seconds(2))
  }

  private static func failed() -> FeedOutcome {
    let reason = FeedOutcome.Reason(
      program: "weir-fetch",
      message: "http://127.0.0.1:9: refused",
      next: "start it",
      exitStatus: .temporaryFailure
    )
    return FeedOutcome(feed: "rooms", status: .failed, elapsed: .milliseconds(800), reason: reason)
  }

  @Test("a feed that ended well says the fate of every record, rare fates only when there are any")
  func success() {
    #expect(
      OutcomeLine.text(Self.succeeded())
        == "vow: 2,000 rows in 2.0 s (1,000 rows/s, 2.0 pages/s): 188 inserted, 3 updated, 1,806 unchanged, "
        + "1 superseded, 2 rejected; 12 in the table not seen"
    )
    let nothing = FeedOutcome(feed: "cars", status: .succeeded, elapsed: .milliseconds(300))
    #expect(OutcomeLine.text(nothing) == "cars: 0 rows in 0.3 s: 0 inserted, 0 updated, 0 unchanged")
  }

  @Test("a failed feed names the program, the reason and the next step; said before, it is not said again")
  func failure() {
    let failed = Self.failed()
    #expect(
      OutcomeLine.text(failed)
        == "rooms: failed after 0.8 s: weir-fetch: http://127.0.0.1:9: refused; next: start it"
    )
    #expect(OutcomeLine.text(failed, isReasonSaid: true) == "rooms: failed after 0.8 s")
  }

  @Test("the summary counts feeds, records and the success rate, and says where the rejected ones are")
  func summary() {
    let report = RunReport(outcomes: [Self.succeeded(), Self.failed()], elapsed: .seconds(4))
    #expect(
      OutcomeLine.summary(report, spool: "spool") == [
        "1 of 2 feeds succeeded; failed: rooms",
        "2,000 rows in 4.0 s (500 rows/s, 1.0 pages/s): 188 inserted, 3 updated, 1,806 unchanged, 1 superseded, "
          + "2 rejected; 12 in the table not seen; success rate 99.90 %",
        "rejected records, each with its reason: lz4 -dcm spool/vow/rejected/*.lz4 | jq .",
      ]
    )
    #expect(report.exitStatus == .temporaryFailure)
  }

  @Test(
    "a success rate of 100 % means all of them",
    arguments: [(999_999, 1_000_000, "99.99 %"), (5, 5, "100 %"), (1, 3, "33.33 %")]
  )
  func successRate(placed: Int, fetched: Int, text: String) {
    #expect(FigureText.successRate(Double(placed) / Double(fetched)) == text)
  }

  @Test("what a vendor's message says to a terminal, the terminal does not obey")
  func control() {
    #expect(TextStyle.printable("a\u{1B}[2Jb\r\nc\u{7F}\u{9B}d é 🏠") == "a [2Jb  c  d é 🏠")
  }

  @Test(
    "the exit status is that of the feed that most needs a person; a stopped run wants to be repeated",
    arguments: [
      ([FeedOutcome.Status.succeeded], Telemetry.ExitStatus.success), ([.succeeded, .failed, .skipped], .dataError),
      ([.stopped, .notStarted], .temporaryFailure), ([.failed, .stopped], .dataError), ([], .success),
    ]
  )
  func exitStatus(statuses: [FeedOutcome.Status], expected: Telemetry.ExitStatus) {
    let outcomes = statuses.map { status in
      let reason = FeedOutcome.Reason(program: "weir-stage", message: "held", exitStatus: .dataError)
      return FeedOutcome(feed: "f", status: status, reason: status == .failed ? reason : nil)
    }
    #expect(RunReport(outcomes: outcomes, elapsed: .zero).exitStatus == expected)
  }
}
