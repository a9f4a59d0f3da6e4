import PipelineConfig
import Spool
import Staging
import SystemPackage
import Telemetry
import TestSupport
import Testing

/// What a run's records have to be as a whole, and what becomes of a run that is not so.
struct CheckTests {
  static let run = RunID("20261121T000000Z-aaaa") ?? .make()

  @Test(
    "a run of a feed with checks stays held until its end has come, whatever the order, and is let through then",
    arguments: 0..<6
  )
  func passes(order: Int) throws {
    let trial = try StageTrial("", settings: #""checks": { "hold": { "min_records": 4, "unique": ["id"] } }"#)
    let orders = [[0, 1, 9], [0, 9, 1], [1, 0, 9], [1, 9, 0], [9, 0, 1], [9, 1, 0]]
    let steps = orders[order]
    for step in steps.dropLast() {
      let done = try trial.step(step)
      #expect(done.printed == [] && done.problem == nil)
      #expect(try trial.staged(.ready) == [] && trial.reasons() == ["awaiting_checks"])
    }
    let last = try trial.step(steps[2])
    let paths = try [0, 1, 9].map { try trial.queue.path(of: SegmentName(run: Self.run, sequence: $0), in: .ready) }
    #expect(last.printed == paths && last.problem == nil)
    #expect(try trial.staged(.held) == [] && trial.staged(.ready) == [0, 1, 9])
    // Done again, a segment of the run replaces the one that is ready.
    let again = try trial.step(0)
    #expect(again.printed == [paths[0]])
    #expect(try trial.staged(.held) == [])
  }

  /// Settings of `hold`, and what is said of two segments with the given members, or nil when nothing is.
  static let cases: [(rules: String, members: [[String]], complaint: String?)] = [
    (#""min_records": 4"#, [["", ""], ["", ""]], nil),
    (#""min_records": 5"#, [["", ""], ["", ""]], "4 records, and min_records is 5"),
    (#""max_null_share": {"n": 0}"#, [[#""n":1"#], [#""n":2"#]], nil),
    (#""max_null_share": {"n": 0}"#, [[#""n":1"#], [""]], "column n: 1 of 2 rows are null, and max_null_share is 0.0"),
    (#""max_null_share": {"n": 0.5}"#, [["", ""], [""]], nil),
    (
      #""max_null_share": {"n": 0.5}"#, [Array(repeating: "", count: 51), Array(repeating: #""n":1"#, count: 49)],
      "column n: 51 of 100 rows are null, and max_null_share is 0.5"
    ),
    (#""max_null_share": {"n": 0.5}"#, [Array(repeating: "", count: 50), Array(repeating: #""n":1"#, count: 50)], nil),
    (
      #""max_null_share": {"n": 0}"#, [[#""n":"NA""#], [#""n":2"#]],
      "column n: 1 of 2 rows are null, and max_null_share is 0.0"
    ),
    (#""unique": ["n"]"#, [[#""n":1"#, #""n":null"#, ""], [#""n":2"#]], nil),
    (
      #""unique": ["n"]"#, [[#""n":1"#, #""n":2"#], [#""n":2"#, #""n":1"#, #""n":1.0"#]],
      "column n: 2 values belong to more than one key, and it is to be unique"
    ),
    (#""max_age": "1h""#, [[#""n":1"#], [""]], "no record says when it changed, and max_age is 3600 seconds"),
  ]

  @Test(
    "a run that does not meet a check is held with the check's name and numbers; one at the edge is not",
    arguments: cases
  )
  func fails(rules: String, members: [[String]], complaint: String?) throws {
    let trial = try StageTrial(
      #""n": {"type": "integer", "misfit": "null"}"#,
      settings: #""checks": { "hold": { \#(rules) } }"#
    )
    for (sequence, lines) in members.enumerated() { _ = try trial.step(sequence, lines, firstID: sequence * 1000) }
    let done = try trial.step(9, segments: members.count, records: members.joined().count)
    guard let complaint else {
      #expect(done.problem == nil && done.printed.count == 3)
      return
    }
    let problem = try #require(done.problem)
    #expect(problem.message == "cars: the run \(Self.run) is held before merge: \(complaint)")
    #expect(problem.hint?.contains("weir spool release ALL --feed cars --queue staged") == true)
    #expect(problem.exitStatus == .dataError && done.printed == [])
    #expect(try trial.staged(.ready) == [] && trial.staged(.held) == [0, 1, 9] && trial.reasons() == ["checks_failed"])
    let report = try #require(try StagedRun.latest(of: "cars", in: trial.folder.spool))
    #expect(report.verdict == "failed" && report.complaints == [complaint])
    #expect(try trial.step(9, segments: members.count, records: members.joined().count).printed == [], "nor later")
  }

  @Test(
    "the age of the newest record is asked against the run's end, and the watermark counts",
    arguments: [
      ("2026-11-20T23:00:00Z", nil, true), ("2026-11-20T22:40:00Z", nil, false),
      ("2026-11-20T22:40:00Z", "2026-11-20T23:44:00Z", true),
    ] as [(String, String?, Bool)]
  )
  func age(version: String, since: String?, isFresh: Bool) throws {
    let trial = try StageTrial("", settings: #""checks": { "hold": { "max_age": "1h" } }"#)
    _ = try trial.step(0, version: version)
    #expect(try (trial.step(9, segments: 1, records: 2, since: since).problem == nil) == isFresh)
  }

  @Test("where a check only warns, the run goes on at once and the warning names the check")
  func warns() throws {
    let trial = try StageTrial("", settings: #""checks": { "warn": { "min_records": 5, "unique": ["id"] } }"#)
    #expect(try trial.step(0).printed.count == 1 && trial.staged(.ready) == [0])
    let done = try trial.step(9, segments: 1, records: 2)
    #expect(done.printed.count == 1 && done.problem == nil)
    #expect(done.remarks.map { $0.details["check"] } == ["2 records, and min_records is 5"])
  }

  @Test("a run that was ended and goes on is held again until its new end")
  func goesOn() throws {
    let trial = try StageTrial("", settings: #""checks": { "hold": { "max_null_share": {"id": 0} } }"#)
    _ = try trial.step(0)
    #expect(try trial.step(9, segments: 1, records: 2).printed.count == 2)
    #expect(try trial.step(1).printed == [] && trial.staged(.held) == [1])
    #expect(try trial.staged(.ready) == [0, 9] && trial.reasons() == ["awaiting_checks"])
  }

  @Test("rejected records that are sent again are not asked, and go their way")
  func retry() throws {
    let trial = try StageTrial("", settings: #""checks": { "hold": { "max_null_share": {"id": 0}, "max_age": "1h" } }"#)
    #expect(try trial.step(0, retryOf: "20261120T000000Z-aaaa-000001.stage").printed.count == 1)
    #expect(try trial.step(9, segments: 1, records: 2).printed.count == 1)
    #expect(try trial.staged(.held) == [])
  }

  @Test("values that were replaced are counted by column over the run, each segment once")
  func columns() throws {
    let trial = try StageTrial(
      #""a": {"type": "integer", "misfit": "null"}, "b": {"type": "integer", "max": 9, "misfit": "clip"}"#
    )
    for _ in 0..<2 {
      _ = try trial.step(0, [#""a":"x","b":10"#, #""a":1,"b":11"#, #""a":"y","b":1"#, #""a":2,"b":"no""#])
    }
    _ = try trial.step(1, [#""a":"z""#])
    let report = try #require(try StagedRun.latest(of: "cars", in: trial.folder.spool))
    #expect(report.columns.map { [$0.name, "\($0.nulled)", "\($0.clipped)"] } == [["a", "3", "0"], ["b", "0", "2"]])
  }
}

extension StageTrial {
  fileprivate var queue: SpoolQueue { get throws { try folder.spool.queue(.staged, feed: "cars") } }

  fileprivate func staged(_ state: SegmentState) throws -> [Int] { try queue.segments(in: state).map(\.sequence) }

  /// Why segments are held.
  fileprivate func reasons() throws -> Set<String> {
    let queue = try queue
    return Set(try queue.segments(in: .held).compactMap { try queue.holdReason(of: $0)?.name })
  }

  /// Stages a segment of the run; 9 is its end.
  fileprivate func step(
    _ sequence: Int,
    _ members: [String] = ["", ""],
    firstID: Int? = nil,
    version: String? = nil,
    segments: Int = 2,
    records: Int = 4,
    since: String? = nil,
    retryOf: String? = nil
  ) throws -> ProcessedSegment {
    let name = SegmentName(run: CheckTests.run, sequence: sequence)
    var footer = TemporarySpool.footer(name: name, queue: .hashed)
    footer.highestVersion = version
    footer.retryOf = retryOf
    var lines = members.enumerated().map { StageTrial.line((firstID ?? sequence * 10) + $0, $1, version: version) }
    if sequence == 9 {
      lines = []
      footer.kind = .end
      footer.end = EndOfRun(complete: true, segments: segments, records: records, since: since)
    }
    try folder.publish(lines, footer: footer)
    var processor = StageProcessor(pipeline: pipeline, spool: folder.spool)
    guard let claimed = try folder.spool.queue(.hashed, feed: "cars").claim(name) else { throw Taken() }
    let done = try processor.process(claimed.input)
    claimed.release()
    return done
  }

  private struct Taken: Error {}
}
