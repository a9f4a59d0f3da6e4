import Foundation
import Spool
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import StageRuntime

/// A segment that kills its workers is held after three; whatever else goes wrong does not count.
struct AttemptTests {
  /// A worker that claims a segment, begins, and is never heard of again.
  private func die(_ trial: QueueTrial) throws {
    guard let claimed = try trial.queue().claim(trial.name(0)) else { return #expect(Bool(false), "it is free") }
    _ = try claimed.begin()
  }

  @Test("after three workers that died the fourth holds the segment, says so, and does the next")
  func held() throws {
    let trial = try QueueTrial()
    for sequence in 0..<2 { try trial.publish(sequence) }
    for attempt in 0..<3 {
      #expect(try trial.queue().attempts(at: trial.name(0)) == attempt)
      try die(trial)
    }
    #expect(try trial.run() == .dataError && trial.failures() == [65])
    #expect(try trial.sequences(.held) == [0] && trial.sequences(.done) == [1])
    #expect(try trial.queue().holdReason(of: trial.name(0))?.name == "workers_died")

    try trial.queue().release(trial.name(0))
    #expect(try trial.queue().attempts(at: trial.name(0)) == 0)
    #expect(try trial.run() == .success && trial.sequences(.done) == [0, 1])
  }

  @Test("two deaths and then work that is done: the count is gone")
  func recovers() throws {
    let trial = try QueueTrial()
    try trial.publish(0)
    for _ in 0..<2 { try die(trial) }
    #expect(try trial.run() == .success && trial.sequences(.done) == [0])
    #expect(try trial.queue().attempts(at: trial.name(0)) == 0)
    let left = try FileManager.default.contentsOfDirectory(atPath: trial.queue().root.appending("attempts").string)
    #expect(left == [])
  }

  @Test("a full disk ends the program however often it happens, and is not the segment's fault")
  func environment() throws {
    let trial = try QueueTrial()
    try trial.publish(0)
    let full = SpoolError.system(.noSpace, call: "write", path: "x")
    for _ in 0..<5 { #expect(throws: full) { try trial.run { _ in throw full } } }
    #expect(try trial.sequences(.ready) == [0] && trial.queue().attempts(at: trial.name(0)) == 0)
  }
}
