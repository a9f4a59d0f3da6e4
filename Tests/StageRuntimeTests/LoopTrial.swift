import ArgumentParser
import Foundation
import Logging
import PipelineConfig
import Spool
import Synchronization
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import StageRuntime

/// A loop over a real spool with a stage of the test's own.
final class LoopTrial {
  /// What is the matter with a segment.
  enum Fault: Sendable { case own, everyones, waits }

  struct Spoiled: HoldableError {
    var message: String { "spoiled milk" }
    var hint: String? { nil }
    var exitStatus: Telemetry.ExitStatus { .dataError }
    var holdName: String? { "spoiled" }
  }

  struct NoRoom: Error {}

  let folder: TemporarySpool
  let context: StageContext
  private let faults: [Int: Fault]
  private let stop = StopRequest(listening: false)
  private let stopAfter: Int?
  private let output = Output()

  init(faults: [Int: Fault] = [:], stopAfter: Int? = nil) throws {
    folder = try TemporarySpool()
    self.faults = faults
    self.stopAfter = stopAfter
    let text = """
      { "spool": { "path": "spool" }, "sources": { "shop": { "base_url": "http://shop.example" } },
        "feeds": { "cars": { "source": "shop", "path": "cars", "pagination": { "kind": "odata", "page_size": 1 },
                             "key": ["id"], "table": "car", "columns": { "id": "bigint" } } } }
      """
    let file = folder.directory.appending("pipeline.json")
    try Data(text.utf8).write(to: URL(filePath: file.string))
    let options = try CommonOptions.parse(["--config", file.string, "--log-level", "critical"])
    context = try StageContext(options, reporter: Reporter(stage: "weir-test", format: .json, level: .critical))
  }

  var printed: [String] { output.lines }
  var queue: SpoolQueue { get throws { try context.spool.queue(.fetched, feed: "cars") } }

  func name(_ sequence: Int) throws -> SegmentName {
    SegmentName(run: try #require(RunID("20261120T234408Z-7k2q")), sequence: sequence)
  }

  func path(_ sequence: Int, _ state: SegmentState) throws -> FilePath { try queue.path(of: name(sequence), in: state) }

  @discardableResult
  func publish(_ sequence: Int) throws -> FilePath { try folder.publish(["{}"], name: name(sequence)) }

  /// Where each segment is, in order.
  func states() throws -> [SegmentState] {
    var found: [SegmentName: SegmentState] = [:]
    for state in [SegmentState.ready, .done, .held] {
      for name in try queue.segments(in: state) { found[name] = state }
    }
    return found.sorted { $0.key < $1.key }.map(\.value)
  }

  func run(_ inputs: [String], redo: Bool = false, input: String = "") throws -> Telemetry.ExitStatus {
    let file = folder.directory.appending("standard-input")
    try Data(input.utf8).write(to: URL(filePath: file.string))
    let descriptor = try FileDescriptor.open(file, .readOnly)
    defer { try? descriptor.close() }
    let processor = Processor(faults: faults, stop: stop, stopAfter: stopAfter)
    let lines = LineInput(descriptor: descriptor.rawValue)
    var loop = StageLoop(processor, context: context, stop: stop, lines: lines) { [output] (line: String) in
      output.add(line)
    }
    return try loop.run(try InputOptions.parse((redo ? ["--redo"] : []) + inputs))
  }
}

private final class Output: Sendable {
  private let all = Mutex<[String]>([])
  var lines: [String] { all.withLock { $0 } }
  func add(_ line: String) { all.withLock { $0.append(line) } }
}

/// Says which segment it has seen.
private struct Processor: SegmentProcessor {
  static let input = QueueName.fetched

  let faults: [Int: LoopTrial.Fault]
  let stop: StopRequest
  let stopAfter: Int?
  var done = 0

  mutating func process(_ input: InputSegment) throws -> ProcessedSegment {
    let footer = try SegmentReader.footer(of: input.path)
    switch faults[footer.sequence] {
    case .own: throw LoopTrial.Spoiled()
    case .everyones: throw LoopTrial.NoRoom()
    case .waits: return ProcessedSegment(printed: nil, counts: ["segments": 1], footer: footer, settled: false)
    case nil: break
    }
    done += 1
    if done == stopAfter { stop.ask() }
    return ProcessedSegment(printed: FilePath("printed \(footer.sequence)"), counts: ["segments": 1], footer: footer)
  }
}
