import Foundation
import Postgres
import Spool
import SystemPackage
import TestSupport
import Testing

/// Every system call of the real programs on their spool fails once in every way, or is the last one they make.
@Suite(.postgres, .serialized, .timeLimit(.minutes(20)))
struct SystemCallTests {
  private static let records = 20
  /// What is left of a segment's records when those without a key are put aside.
  private static let kept = 18

  /// A program that works segments off, and what has to run before it.
  struct Stage: CustomTestStringConvertible {
    var program: String
    var input: QueueName
    var output: QueueName?
    var before: String

    var testDescription: String { program }
  }

  static let hash = Stage(program: "weir-hash", input: .fetched, output: .hashed, before: "true")
  static let stage = Stage(program: "weir-stage", input: .hashed, output: .staged, before: "weir-hash --feed cars")
  static let merge = Stage(
    program: "weir-merge",
    input: .staged,
    before: "weir-hash --feed cars && weir-stage --feed cars"
  )

  /// A spool with so many segments in front of a stage, the first of which it has done already: its folders are there.
  private static func prepared(_ stage: Stage, segments: Int) async throws -> RealSpool {
    let real = try RealSpool(settings: "\"attempts\": 1000", database: TestDatabase.current?.url)
    try await FaultShim.build(in: real)
    if stage.output == nil {
      let migrated = try await real.shell("weir db migrate --directory \(Programs.packageRoot)/sql")
      #expect(migrated.status == 0, "\(migrated.errors)")
    }
    try real.publish(segments: segments, records: records)
    let before = try await real.shell("\(stage.before) && \(stage.program) \(path(of: 0, stage))")
    #expect(before.status == 0, "\(before.errors)")
    return real
  }

  private static func path(of sequence: Int, _ stage: Stage) -> String {
    let name = SegmentName(run: RealSpool.run, sequence: sequence)
    return "spool/cars/\(stage.input.rawValue)/ready/\(name.fileName)"
  }

  @Test(
    "a stage whose calls on its spool fail, each once in each way, completes in the next run: 0 lost, 0 doubled",
    arguments: [hash, stage, merge]
  )
  func stages(stage: Stage) async throws {
    let plain = try await Self.prepared(stage, segments: 2)
    func command(_ sequence: Int) -> String { "\(Self.path(of: sequence, stage)) --spool spool" }
    let steps = try await FaultShim.steps(of: "\(stage.program) \(command(1))", spool: "spool", in: plain)
    let pairs = FaultShim.pairs(steps)
    #expect(steps.count > 25)

    // A segment for each fault, all in one spool.
    let real = try await Self.prepared(stage, segments: pairs.count + 1)
    let cases = pairs.enumerated().map { index, pair in
      FaultCase(step: pair.step, fault: pair.fault, arguments: command(index + 1), spool: "spool")
    }
    let outcomes = try await FaultShim.run(stage.program, cases, in: real)
    #expect(outcomes.count == cases.count)
    #expect(outcomes.filter { !$0.isClean }.map { "\($0.of): status \($0.status)" } == [])
    #expect(outcomes.filter { !$0.isDisturbed }.map { "\($0.of)" } == [], "every fault must have happened")

    let after = try await real.shell("\(stage.program) --feed cars")
    #expect(after.status == 0, "\(after.errors)")
    try check(stage, real, segments: cases.count + 1)
    print("\(stage.program): \(steps.count) calls, \(cases.count) faults")
  }

  /// Every segment once, with every record, where it belongs; and nothing besides.
  private func check(_ stage: Stage, _ real: RealSpool, segments count: Int) throws {
    let names = (0..<count).map { SegmentName(run: RealSpool.run, sequence: $0) }
    let input = try real.queue(stage.input)
    #expect(try input.segments(in: .done) == names)
    #expect(try input.segments(in: .ready) == [])
    #expect(try input.segments(in: .held) == [])
    #expect(try real.rejected() == 2 * count)
    guard let output = stage.output else { return try checkTable(segments: count) }
    #expect(try real.queue(output).segments(in: .ready) == names)
    #expect(try real.queue(output).segments(in: .incoming) == [], "no draft is left")
    #expect(try real.count(output, [.ready]) == Self.kept * count)
  }

  private func checkTable(segments count: Int) throws {
    var connection = try #require(TestDatabase.current).connect()
    let rows = try connection.query("SELECT count(*), count(DISTINCT id) FROM public.car").first ?? []
    #expect(rows == ["\(Self.kept * count)", "\(Self.kept * count)"])
    let merged = try connection.query("SELECT count(*), sum(inserted) FROM weir.ledger").first ?? []
    #expect(merged == ["\(count)", "\(Self.kept * count)"])
  }

  /// What a run says when it fails that nothing disturbs.
  private static let again = "$arguments </dev/null >>said.$1 2>again.$1 || echo \"$? $(cat again.$1)\" >>failed"

  @Test(
    "a stage that finds no folders yet, whatever call of making and listing them fails, completes in the next run",
    arguments: [hash, stage]
  )
  func folders(stage: Stage) async throws {
    let real = try RealSpool(settings: "\"attempts\": 1000")
    try await FaultShim.build(in: real)
    try real.publish(segments: 1, records: Self.records)
    let output = try #require(stage.output)
    let before = try await real.shell("\(stage.before) && rm -rf spool/cars/\(output.rawValue) && cp -a spool spool.0")
    #expect(before.status == 0, "\(before.errors)")
    let command = "\(stage.program) --feed cars --spool spool"
    let steps = FaultShim.places(try await FaultShim.steps(of: "\(command).0", spool: "spool.0", in: real))
    #expect(steps.count > 20)

    let cases = FaultShim.pairs(steps).enumerated().map { index, pair in
      let spool = "spool.\(index + 1)"
      return FaultCase(step: pair.step, fault: pair.fault, arguments: "--feed cars --spool \(spool)", spool: spool)
    }
    for one in cases {
      try FileManager.default.copyItem(atPath: "\(real.directory)/spool", toPath: "\(real.directory)/\(one.spool)")
    }
    let outcomes = try await FaultShim.run(stage.program, cases, in: real, after: "\(stage.program) \(Self.again)")
    #expect(outcomes.count == cases.count)
    #expect(outcomes.filter { !$0.isClean || !$0.isDisturbed }.map { "\($0.of): status \($0.status)" } == [])
    #expect(try await real.shell("cat failed 2>/dev/null || true").output == "")
    for one in cases {
      let spool = try Spool(root: real.directory.appending(one.spool))
      let done = try spool.queue(stage.input, feed: "cars").segments(in: .done).count
      let made = try RealSpool.count(spool.queue(output, feed: "cars"), [.ready])
      #expect(done == 1 && made == Self.kept, "\(one)")
    }
    print("\(stage.program) without folders: \(steps.count) places, \(cases.count) faults")
  }

  /// All faults at all calls at night, `WEIR_TEST_NIGHTLY=1`; else all faults at the first call of each place.
  private static let isNightly = ProcessInfo.processInfo.environment["WEIR_TEST_NIGHTLY"] != nil

  @Test("a fetch whose calls on its spool fail, each in each way, completes in the next run with every record once")
  func fetch() async throws {
    try await PractiseVendor.serving(["--cars", "\(Self.cars)", "--seed", "11"]) { vendor in
      let real = try RealSpool(settings: "\"segment\": { \"records\": 60 }, \"min_free\": \"0B\"", vendor: vendor)
      try await FaultShim.build(in: real)
      let command = "cars --full --spool spool"
      let all = try await FaultShim.steps(of: "weir-fetch \(command).0", spool: "spool.0", in: real)
      #expect(FaultShim.places(all).count > 50)
      // The first of a place is met by a run that has published nothing yet, the last by one that is nearly done.
      let late = FaultShim.places(all.reversed()).enumerated().map { index, step in
        (step: step, fault: Self.lateFaults[index % Self.lateFaults.count])
      }
      // What is written of a segment while pages come has one place, and may fail at any of them.
      let drafts = all.filter { $0.call == "write" && $0.path.contains("/incoming/") }
      let writes = [Fault.noSpace, .ioError].flatMap { fault in drafts.map { (step: $0, fault: fault) } }
      let pairs =
        Self.isNightly ? FaultShim.pairs(all) : FaultShim.pairs(FaultShim.places(all)) + late + writes
      let cases = pairs.enumerated().map { index, pair in
        let spool = "spool.\(index + 1)"
        return FaultCase(step: pair.step, fault: pair.fault, arguments: "cars --full --spool \(spool)", spool: spool)
      }
      let outcomes = try await FaultShim.run("weir-fetch", cases, in: real, after: "weir-fetch \(Self.again)")
      #expect(outcomes.count == cases.count)
      #expect(outcomes.filter { !$0.isClean }.map { "\($0.of): status \($0.status)" } == [])
      // What the limits' file is asked depends on when answers come: a run may end before the last numbers.
      #expect(outcomes.count { $0.isDisturbed } > outcomes.count * 9 / 10)
      #expect(try await real.shell("cat failed 2>/dev/null || true").output == "")
      for (number, one) in cases.enumerated() {
        let said = "\(real.directory)/said.\(number)"
        #expect(try Self.wrong(in: real.directory.appending(one.spool), said: said) == [], "\(one)")
      }
      print("weir-fetch: \(all.count) calls, \(outcomes.count { $0.isDisturbed }) faults")
    }
  }

  /// Three pages, five segments.
  private static let cars = 250
  private static let pageRecords = 100
  /// What late calls meet in turn.
  private static let lateFaults: [Fault] = [.death, .noSpace, .ioError, .quota, .interrupted]

  /// What is not as it should be after a fetch that was disturbed and one that was not.
  private static func wrong(in root: FilePath, said: String) throws -> [String] {
    let queue = try Spool(root: root).queue(.fetched, feed: "cars")
    var wrong: [String] = []
    var runs: [RunID: (lines: Set<String>, records: Int, segments: Int, end: EndOfRun?)] = [:]
    for name in try queue.segments(in: .ready) {
      let (lines, footer) = try TemporarySpool.read(queue.path(of: name, in: .ready))
      var run = runs[name.run] ?? ([], 0, 0, nil)
      run.lines.formUnion(lines)
      run.records += lines.count
      if let end = footer.end { run.end = end } else { run.segments += 1 }
      runs[name.run] = run
    }
    let ended = runs.values.filter { $0.end != nil }
    if ended.isEmpty { wrong.append("no run has an end") }
    // A run that goes on asks again for the page that it had published a part of, and no other.
    for run in ended
    where run.end?.complete != true || run.lines.count != cars || run.end?.records != run.records
      || run.records >= cars + pageRecords || run.end?.segments != run.segments
    {
      let end = run.end.map { "\($0)" } ?? ""
      wrong.append("\(run.lines.count) of \(run.records) records in \(run.segments) segments: \(end)")
    }
    let promised = try String(contentsOfFile: said, encoding: .utf8)
    for path in promised.split(separator: "\n") {
      let name = FilePath(String(path)).lastComponent?.string ?? ""
      guard !FileManager.default.fileExists(atPath: queue.directory(.ready).appending(name).string) else { continue }
      wrong.append("\(path) was printed and is gone")
    }
    return wrong
  }
}
