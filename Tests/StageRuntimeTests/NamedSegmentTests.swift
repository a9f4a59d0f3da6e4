import PipelineConfig
import Spool
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import StageRuntime

/// Segments that are named: as they come, again, or where they are not.
struct NamedSegmentTests {
  private struct Spoiled: HoldableError {
    var message: String { "spoiled" }
    var exitStatus: Telemetry.ExitStatus { .dataError }
    var holdName: String? { "spoiled" }
  }

  /// One segment in the state, moved there as a stage moves it.
  private static func trial(_ state: SegmentState) throws -> (trial: QueueTrial, path: String) {
    let trial = try QueueTrial()
    try trial.publish(0)
    if state == .done { try trial.run() }
    if state == .held { try trial.run { _ in throw Spoiled() } }
    #expect(try trial.sequences(state) == [0])
    return (trial, try trial.queue().path(of: trial.name(0), in: state).string)
  }

  @Test(
    "--redo does a segment again where it is; one that was held is done then",
    arguments: [SegmentState.ready, .done, .held]
  )
  func redo(state: SegmentState) throws {
    let (trial, path) = try Self.trial(state)
    let before = trial.printed.all.count
    let status = try trial.run(["--redo", path]) { input in
      #expect(input.isRedo && input.state == state)
      return try QueueTrial.read(input)
    }
    #expect(status == .success && trial.printed.all.count == before + 1)
    #expect(try trial.sequences(state == .held ? .done : state) == [0])
    #expect(try trial.queue().holdReason(of: trial.name(0)) == nil)
  }

  @Test("--redo that meets the segment's own fault says so, moves nothing, and does the next")
  func redoFails() throws {
    let (trial, path) = try Self.trial(.done)
    let next = try trial.publish(1).string
    let status = try trial.run(["--redo", path, next]) { input in
      if input.name.sequence == 0 { throw Spoiled() }
      return try QueueTrial.read(input)
    }
    #expect(status == .dataError && trial.failures() == [65])
    #expect(try trial.sequences(.done) == [0] && trial.sequences(.held).isEmpty && trial.sequences(.ready) == [1])
  }

  @Test("--redo that meets an error of all segments ends the program")
  func redoEnds() throws {
    let (trial, path) = try Self.trial(.done)
    let full = SpoolError.system(.noSpace, call: "write", path: "x")
    #expect(throws: full) { try trial.run(["--redo", path, path]) { _ in throw full } }
    #expect(try trial.sequences(.done) == [0])
  }

  @Test("--redo of a segment that is nowhere is said with 66")
  func redoNowhere() throws {
    let (trial, path) = try Self.trial(.done)
    let status = try trial.run(["--redo", path.replacing("/done/", with: "/held/")])
    #expect(status == .noInput && trial.failures() == [66])
  }

  @Test(
    "what is done already is left alone, and only who names it there is told",
    arguments: [SegmentState.ready, .done]
  )
  func done(named: SegmentState) throws {
    let (trial, path) = try Self.trial(.done)
    let before = trial.printed.all.count
    #expect(try trial.run([path.replacing("/done/", with: "/\(named.rawValue)/")]) == .success)
    #expect(trial.printed.all.count == before && trial.failures().isEmpty)
    let levels = trial.said.all.compactMap { StageEvent(line: $0) }
      .filter { $0.message?.contains("--redo does it again") == true }.map(\.level)
    #expect(levels == [named == .done ? "notice" : "debug"])
  }

  @Test("a held segment is said with its reason, wherever it is named", arguments: [SegmentState.ready, .done, .held])
  func held(named: SegmentState) throws {
    let (trial, path) = try Self.trial(.held)
    let before = trial.failures().count
    #expect(try trial.run([path.replacing("/held/", with: "/\(named.rawValue)/")]) == .dataError)
    let failure = try #require(trial.said.all.compactMap { StageEvent(line: $0) }.last { $0.event == .failed })
    #expect(trial.failures().count == before + 1 && failure.message?.hasSuffix("is held: spoiled") == true)
    #expect(failure.next?.contains("--redo") == true && failure.feed == "homes")
  }

  @Test(
    "a segment of another queue is refused with 64, one that is nowhere with 66, another file with 65; the rest is done"
  )
  func wrong() throws {
    let trial = try QueueTrial()
    let good = try trial.publish(0).string
    let other = try trial.folder.publish(["{}"], name: trial.name(0), queue: .hashed).string
    #expect(try trial.run([other, good]) == .usage)
    #expect(try trial.run([trial.queue().path(of: trial.name(9), in: .ready).string]) == .noInput)
    #expect(try trial.run(["/etc/passwd"]) == .dataError)
    #expect(trial.failures() == [64, 66, 65] && trial.printed.all == ["homes-0"])
  }

  @Test("a segment that another worker has is left to it without a word")
  func claimed() throws {
    let trial = try QueueTrial()
    let path = try trial.publish(0).string
    do {
      guard let claimed = try trial.queue().claim(trial.name(0)) else { throw Spoiled() }
      #expect(try trial.run([path]) == .success && trial.run() == .success)
      #expect(trial.printed.all.isEmpty && trial.failures().isEmpty)
      claimed.release()
    }
    #expect(try trial.run() == .success)
    #expect(trial.printed.all == ["homes-0"])
  }

  @Test("--spool has the last word over the configuration")
  func otherSpool() throws {
    let other = try TemporarySpool()
    let trial = try QueueTrial(spool: other.root)
    try other.publish(["{}"], name: trial.name(4), feed: "homes")
    try trial.publish(5)
    #expect(try trial.run() == .success)
    #expect(trial.printed.all == ["homes-4"])
  }
}
