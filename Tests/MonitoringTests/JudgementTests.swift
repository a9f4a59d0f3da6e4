import Control
import PipelineConfig
import Telemetry
import Testing

@testable import Monitoring

/// What a run is held against: its own targets, and those before it.
struct JudgementTests {
  private static func targets(_ text: String) throws -> AcceptanceTargets {
    let json = MadeRuns.pipeline.replacing("\"sources\"", with: "\"acceptance\": { \(text) }, \"sources\"")
    return try MadeRuns.read(json).acceptance
  }

  private static let good = {
    var run = MadeRuns.plain(seconds: 120, fetched: 2000)
    run.counts.pages = 20
    (run.pagesPerSecond, run.rowsPerSecond) = (2, 200)
    run.memoryPeakBytes = 50 << 20
    run.memoryGrowthBytes = 1 << 20
    run.isWarm = true
    return run
  }()

  /// A target, a run that just misses it, and what is said.
  struct Miss: CustomTestStringConvertible, Sendable {
    var target: String
    var spoil: @Sendable (inout RunMetrics) -> Void
    var words: [String]
    var testDescription: String { target }
  }

  static let misses = [
    Miss(
      target: #""max_minutes": 2"#,
      spoil: { $0.seconds = 150 },
      words: ["2.5 minutes", "max_minutes is 2", "1.25 times"]
    ),
    Miss(target: #""min_pages_per_second": 2"#, spoil: { $0.pagesPerSecond = 1 }, words: ["1 pages/s", "50 % of it"]),
    Miss(
      target: #""min_rows_per_second": 200"#,
      spoil: { $0.rowsPerSecond = 190 },
      words: ["190 rows/s", "95 % of it"]
    ),
    Miss(
      target: #""max_error_rate": 0.05"#,
      spoil: { ($0.counts.unchanged, $0.counts.rejected) = (1800, 200) },
      words: ["10 % of the records", "max_error_rate is 5 %", "2 times"]
    ),
    Miss(
      target: #""max_request_error_rate": 0.01"#,
      spoil: { $0.requestErrors = 3 },
      words: ["3 % of the requests", "3 times"]
    ),
    Miss(target: #""max_memory_mib": 50"#, spoil: { $0.memoryPeakBytes = 75 << 20 }, words: ["75 MiB", "1.5 times"]),
    Miss(
      target: #""max_memory_growth_mib": 1"#,
      spoil: { $0.memoryGrowthBytes = 3 << 20 },
      words: ["grew by 3 MiB", "3 times"]
    ),
  ]

  @Test("a target that is just met is met, and one that is missed is said with by how much", arguments: misses)
  func acceptance(miss: Miss) throws {
    let targets = try Self.targets(miss.target)
    #expect(Acceptance.missed(targets, by: .init(Self.good)) == [])
    var run = Self.good
    miss.spoil(&run)
    let missed = Acceptance.missed(targets, by: .init(run))
    #expect(missed.count == 1)
    for word in miss.words { #expect(missed.first?.contains(word) == true, "\(missed)") }
  }

  @Test("of a run that was over before its warm-up was no rate is asked, and neither of a whole run that was no longer")
  func nothingNew() throws {
    let targets = try Self.targets(#""min_pages_per_second": 2, "min_rows_per_second": 200, "max_error_rate": 0.05"#)
    var run = MadeRuns.plain(seconds: 1, fetched: 0)
    (run.pagesPerSecond, run.rowsPerSecond) = (0.8, 12)
    #expect(Acceptance.missed(targets, by: .init(run)) == [])
    (run.counts.fetched, run.counts.inserted) = (12, 12)
    #expect(Acceptance.missed(targets, by: .init([run], seconds: 30, warmUp: 30)) == [])
    #expect(Acceptance.missed(targets, by: .init([run], seconds: 31, warmUp: 30)).count == 2)
  }

  @Test(
    "a run is told of when it is so many times slower, larger or more faulty than the median, and not just below",
    arguments: [
      (60.0, 2000, 0, []), (61, 2000, 0, ["slower: 61 s, 3.05 times as much"]), (20, 10_000, 0, []),
      (20, 10_001, 0, ["larger: 10,001 records, 5 times as much"]), (20, 2000, 9, []),
      (20, 2000, 11, ["more faulty: 0.52 % of requests and records failed, where there was none"]),
      (70, 20_000, 50, ["slower", "larger", "more faulty"]),
    ] as [(Double, Int, Int, [String])]
  )
  func alerts(seconds: Double, fetched: Int, errors: Int, expected: [String]) {
    let past = (1...5).map { MadeRuns.plain(seconds: Double(18 + $0 % 5), finished: $0) }
    let run = MadeRuns.plain(seconds: seconds, fetched: fetched, errors: errors, finished: 9)
    let alerts = RunAlerts.of(run, past: past, AlertSettings())
    #expect(alerts.count == expected.count, "\(alerts)")
    for (alert, words) in zip(alerts, expected) { #expect(alert.hasPrefix(words), "\(alert)") }
  }

  @Test("two past runs say nothing, nor do those that failed, those of the other mode, and those too long ago")
  func tooFew() {
    let run = MadeRuns.plain(seconds: 1000, finished: 99)
    let twice = [MadeRuns.plain(), MadeRuns.plain()]
    let others = [MadeRuns.plain(status: .failed), MadeRuns.plain(isFull: true), MadeRuns.plain(status: .stopped)]
    #expect(RunAlerts.of(run, past: twice + others, AlertSettings()).isEmpty)
    let old =
      (0..<10).map { MadeRuns.plain(seconds: 1000, finished: 50 + $0) } + (0..<50).map { MadeRuns.plain(finished: $0) }
    #expect(RunAlerts.of(run, past: old, AlertSettings()).isEmpty, "the ten latest are as slow")
  }

  @Test(
    "small runs are no news however much they grew",
    arguments: [(9.9, 10, 0), (1, 999, 0), (1, 10, 9)] as [(Double, Int, Int)]
  )
  func floors(seconds: Double, fetched: Int, errors: Int) {
    let past = (1...5).map { MadeRuns.plain(seconds: 0.01, fetched: 1, finished: $0) }
    let run = MadeRuns.plain(seconds: seconds, fetched: fetched, errors: errors, finished: 9)
    #expect(RunAlerts.of(run, past: past, AlertSettings()).isEmpty)
  }

  @Test(
    "the median is the middle one, or the mean of the two in the middle",
    arguments: [
      ([3.0, 1, 2], 2), ([4, 1, 2, 3], 2.5), ([], nil), ([7], 7),
    ] as [([Double], Double?)]
  )
  func median(numbers: [Double], expected: Double?) { #expect(Median.of(numbers) == expected) }

  @Test("a missed target of a feed makes the run fail with its own status, and leaves the feed's data where it is")
  func closing() throws {
    let text = MadeRuns.pipeline.replacing("\"key\"", with: #""acceptance": { "max_minutes": 0.0001 }, "key""#)
    let report = RunReport(
      outcomes: [FeedOutcome(feed: "cars", status: .succeeded, elapsed: .seconds(1))],
      elapsed: .seconds(1)
    )
    let closing = RunClosing(report, of: try MadeRuns.read(text), began: 0)
    #expect(closing.report.exitStatus == .targetMissed && closing.feeds.map(\.status) == [.missed])
    #expect(closing.report.outcomes.map(\.status) == [.succeeded])
    #expect(closing.notes.count == 1 && closing.notes.first?.hasPrefix("cars: acceptance target missed: took") == true)
    var elsewhere = FeedOutcome(feed: "cars", status: .failed)
    elsewhere.reason = .init(program: nil, message: "another run has it", exitStatus: .temporaryFailure)
    elsewhere.reason?.isElsewhere = true
    let beside = RunClosing(
      RunReport(outcomes: [elsewhere], elapsed: .seconds(1)),
      of: try MadeRuns.read(text),
      began: 0
    )
    #expect(beside.feeds.isEmpty && beside.report.exitStatus == .temporaryFailure, "the other run tells of the feed")
    let failed = RunReport(outcomes: [FeedOutcome(feed: "cars", status: .failed)], elapsed: .seconds(1))
    #expect(RunClosing(failed, of: try MadeRuns.read(text), began: 0).notes.isEmpty, "its failure is the news")
  }

  @Test(
    "a number is shown with the digits that count",
    arguments: [
      (0, "0"), (1, "1"), (1.234, "1.23"), (12.34, "12.3"), (123.4, "123"), (1234, "1,234"), (0.05, "0.05"),
      (0.0123, "0.0123"), (0.00001234, "0.000012"), (-2.5, "-2.5"), (99.99, "100"), (.infinity, "?"),
    ] as [(Double, String)]
  )
  func short(number: Double, expected: String) { #expect(FigureFormat.short(number) == expected) }
}
