import ArgumentParser
import Foundation
import Logging
import PipelineConfig
import Spool
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import StageRuntime
@testable import Telemetry

/// A spool of two feeds, `homes` and its child `rooms`, and loops over it whose stage is a closure of the test.
final class QueueTrial: Sendable {
  /// The work of one segment; what it throws is the stage's error.
  typealias Work = @Sendable (InputSegment) throws -> ProcessedSegment
  /// The feeds after which a segment comes.
  typealias After = @Sendable (InputSegment) -> Set<String>

  let folder: TemporarySpool
  let context: StageContext
  let stop = StopRequest(listening: false)
  private let relist: Duration
  /// What the program would have said on standard error.
  let said = Lines()
  let printed = Lines()

  init(spool: FilePath? = nil, relist: Duration = StageShare.relistInterval) throws {
    folder = try TemporarySpool()
    self.relist = relist
    let feed = """
      "source": "shop", "path": "x", "pagination": { "kind": "odata", "page_size": 1 }, "key": ["id"],
      "columns": { "id": "bigint" }
      """
    // The child stands first: its parent's segments have to be done before it all the same.
    let text = """
      { "spool": { "path": "spool" }, "sources": { "shop": { "base_url": "http://shop.example" } },
        "feeds": { "rooms": { \(feed), "table": "room", "parent": { "feed": "homes", "field": "id" } },
                   "homes": { \(feed), "table": "home" } } }
      """
    let file = folder.directory.appending("pipeline.json")
    try Data(text.utf8).write(to: URL(filePath: file.string))
    let options = try CommonOptions.parse(["--config", file.string] + (spool.map { ["--spool", $0.string] } ?? []))
    let reporter = Reporter(stage: "weir-test", format: .json, level: .debug) { [said] in said.add($0) }
    context = try StageContext(options, reporter: reporter)
  }

  func queue(_ feed: String = "homes") throws -> SpoolQueue { try context.spool.queue(.fetched, feed: feed) }

  func name(_ sequence: Int) -> SegmentName {
    guard let run = RunID("20261120T234408Z-7k2q") else { preconditionFailure("that is a run's name") }
    return SegmentName(run: run, sequence: sequence)
  }

  @discardableResult
  func publish(_ sequence: Int, feed: String = "homes") throws -> FilePath {
    try folder.publish(["{\"id\":\(sequence)}"], name: name(sequence), feed: feed)
  }

  func sequences(_ state: SegmentState, feed: String = "homes") throws -> [Int] {
    try queue(feed).segments(in: state).map(\.sequence)
  }

  /// A loop with the options that a command line gives; what it prints is in ``printed``.
  @discardableResult
  func run(
    _ arguments: [String] = [],
    input: FileDescriptor? = nil,
    jobs: Int = 1,
    _ work: @escaping Work = QueueTrial.read,
    after: @escaping After = { _ in [] }
  ) throws -> Telemetry.ExitStatus {
    var loop = loop(input, work, after: after) { [printed] (line: String) in printed.add(line) }
    return try loop.run(try InputOptions.parse(arguments), jobs: jobs) { ClosureProcessor(work: work, after: after) }
  }

  /// A loop whose printing a test chooses.
  func run(printing print: @escaping @Sendable (String) throws(StreamError) -> Void) throws -> Telemetry.ExitStatus {
    var loop = loop(nil, QueueTrial.read, print)
    return try loop.run(try InputOptions.parse([]))
  }

  private func loop(
    _ input: FileDescriptor?,
    _ work: @escaping Work,
    after: @escaping After = { _ in [] },
    _ print: @escaping @Sendable (String) throws(StreamError) -> Void
  ) -> StageLoop<ClosureProcessor> {
    let lines = LineInput(descriptor: input?.rawValue ?? -1)
    let processor = ClosureProcessor(work: work, after: after)
    return StageLoop(
      processor,
      context: context,
      stop: stop,
      lines: lines,
      relist: relist,
      heedsPressure: true,
      print: print
    )
  }

  /// Reads the segment to its end, as every stage does, and prints its feed and its place.
  static let read: Work = { input in
    let (lines, footer) = try TemporarySpool.read(input.path)
    let printed = FilePath("\(input.feed)-\(input.name.sequence)")
    return ProcessedSegment(printed: printed, counts: ["segments": 1, "records": lines.count], footer: footer)
  }

  /// The failures that were said, as statuses.
  func failures() -> [Int32] { said.all.compactMap { StageEvent(line: $0)?.exitStatus } }
}

/// Lines that come from any thread.
final class Lines: Sendable {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }
  func add(_ line: String) { lines.withLock { $0.append(line) } }
}

private struct ClosureProcessor: SegmentProcessor {
  static let input = QueueName.fetched
  let work: QueueTrial.Work
  let after: QueueTrial.After

  mutating func process(_ input: InputSegment) throws -> ProcessedSegment { try work(input) }

  func comesAfter(_ input: InputSegment) -> Set<String> { after(input) }
}

/// Runs what blocks on a thread of its own, as a program would.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
  }
}
