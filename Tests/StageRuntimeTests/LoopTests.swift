import ArgumentParser
import Foundation
import PipelineConfig
import Spool
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import StageRuntime

/// What becomes of segments, one by one.
struct LoopTests {
  @Test("named segments are done in their order and printed; done ones are left alone")
  func named() throws {
    let trial = try LoopTrial()
    let paths = try (0..<3).map { try trial.publish($0) }
    #expect(try trial.run([paths[2].string, paths[0].string]) == .success)
    #expect(trial.printed == ["printed 2", "printed 0"])
    #expect(try trial.states() == [.done, .ready, .done])
    #expect(try trial.run([paths[0].string]) == .success)
    #expect(trial.printed.count == 2, "what is done is not done again")
  }

  @Test(
    "with - they come from standard input, a line each, the last one with or without its end",
    arguments: ["\n", ""]
  )
  func standardInput(ending: String) throws {
    let trial = try LoopTrial()
    let paths = try (0..<2).map { try trial.publish($0).string }
    #expect(try trial.run(["-"], input: paths.joined(separator: "\n\n") + ending) == .success)
    #expect(trial.printed == ["printed 0", "printed 1"])
  }

  @Test("without names the queue is worked off in its order")
  func drained() throws {
    let trial = try LoopTrial()
    for sequence in [3, 1, 2, 0] { try trial.publish(sequence) }
    #expect(try trial.run([]) == .success)
    #expect(trial.printed == (0..<4).map { "printed \($0)" })
    #expect(try trial.states() == Array(repeating: .done, count: 4))
  }

  @Test("a segment at fault is held with its reason, and the next is done; the status says so")
  func held() throws {
    let trial = try LoopTrial(faults: [1: .own])
    for sequence in 0..<3 { try trial.publish(sequence) }
    #expect(try trial.run([]) == .dataError)
    #expect(try trial.states() == [.done, .held, .done])
    let reason = try trial.queue.holdReason(of: trial.name(1))
    #expect(reason?.name == "spoiled" && reason?.message.contains("spoiled milk") == true)
    #expect(try trial.run([trial.path(1, .held).string]) == .dataError, "it is held still")
    #expect(trial.printed.count == 2)
  }

  @Test("an error that all segments would share ends the program and leaves them ready")
  func ended() throws {
    let trial = try LoopTrial(faults: [1: .everyones])
    for sequence in 0..<3 { try trial.publish(sequence) }
    #expect(throws: LoopTrial.NoRoom.self) { try trial.run([]) }
    #expect(try trial.states() == [.done, .ready, .ready])
  }

  @Test("a segment that has to wait stays ready, and the status says to come again")
  func unsettled() throws {
    let trial = try LoopTrial(faults: [0: .waits])
    for sequence in 0..<2 { try trial.publish(sequence) }
    #expect(try trial.run([]) == .temporaryFailure)
    #expect(try trial.states() == [.ready, .done])
  }

  @Test("--redo does a segment again wherever it is, and leaves it there", arguments: [SegmentState.ready, .done])
  func redo(state: SegmentState) throws {
    let trial = try LoopTrial()
    try trial.publish(0)
    if state == .done { _ = try trial.run([]) }
    let before = trial.printed.count
    #expect(try trial.run([trial.path(0, state).string], redo: true) == .success)
    #expect(trial.printed.count == before + 1)
    #expect(try trial.states() == [state])
  }

  @Test(
    "what is named wrongly is said with its own status, and the rest is done",
    arguments: [
      ("spool/cars/hashed/ready/20261120T234408Z-7k2q-000000.ndjson.lz4", Telemetry.ExitStatus.usage),
      ("spool/cars/fetched/ready/20261120T234408Z-7k2q-000099.ndjson.lz4", .noInput), ("/etc/passwd", .dataError),
    ]
  )
  func wrong(path: String, status: Telemetry.ExitStatus) throws {
    let trial = try LoopTrial()
    _ = try trial.context.spool.queue(.hashed, feed: "cars")
    let good = try trial.publish(0)
    let whole = path.hasPrefix("/") ? path : trial.folder.directory.appending(path).string
    let found = try trial.run([whole, good.string])
    #expect(found == status, "\(found)")
    #expect(trial.printed == ["printed 0"])
  }

  @Test("a request to stop is obeyed between two segments, and the rest stays ready")
  func stopped() throws {
    let trial = try LoopTrial(stopAfter: 2)
    for sequence in 0..<4 { try trial.publish(sequence) }
    #expect(throws: Stopped.self) { try trial.run([]) }
    #expect(try trial.states() == [.done, .done, .ready, .ready])
    #expect(Stopped().exitStatus == .temporaryFailure)
  }

  @Test("a line on standard input that is no path of any length is refused")
  func longLine() throws {
    let trial = try LoopTrial()
    #expect(throws: InputError.tooLong) {
      try trial.run(["-"], input: String(repeating: "x", count: LineInput.lineByteCountMax + 1))
    }
  }

  @Test(
    "options that contradict each other are refused",
    arguments: [
      ["--redo"], ["--feed", "cars", "a"], ["--follow", "a"], ["--feed"],
    ]
  )
  func options(arguments: [String]) {
    #expect(throws: (any Error).self) { try InputOptions.parse(arguments) }
  }
}
