import Foundation
import Spool
import SystemPackage
import TestSupport
import Testing

@testable import PipelineConfig
@testable import StageRuntime
@testable import Telemetry

/// What an error means for the segment in hand, for those after it and for the program's end.
struct VerdictTests {
  private struct Refused: HoldableError {
    var holdName: String?
    var message: String { "the table\nrefuses it" }
    var hint: String? { nil }
    var exitStatus: Telemetry.ExitStatus { .dataError }
  }

  /// Does everything but one segment, which meets an error.
  private static func failing(_ sequence: Int, _ error: @escaping @Sendable (InputSegment) -> any Error)
    -> QueueTrial.Work
  {
    { input in
      if input.name.sequence == sequence { throw error(input) }
      return try QueueTrial.read(input)
    }
  }

  @Test("a segment of a feed that the pipeline does not have stays ready, and the next is done")
  func unknownFeed() throws {
    let trial = try QueueTrial()
    for sequence in 0..<3 { try trial.publish(sequence) }
    let status = try trial.run([], Self.failing(1) { _ in UnknownFeed(name: "gone", known: ["homes"]) })
    #expect(status == .usage && trial.failures() == [64])
    #expect(try trial.sequences(.ready) == [1] && trial.sequences(.done) == [0, 2])
    #expect(try trial.run() == .success, "and it is done when the feed is back")
  }

  @Test("a segment with a bad byte in it is held as damaged, with the reason beside it; the next is done")
  func damaged() throws {
    let trial = try QueueTrial()
    let paths = try (0..<3).map { try trial.publish($0) }
    let url = URL(filePath: paths[1].string)
    var bytes = try Data(contentsOf: url)
    bytes[bytes.count / 2] ^= 0x40
    try bytes.write(to: url)
    #expect(try trial.run() == .dataError)
    #expect(try trial.sequences(.held) == [1] && trial.sequences(.done) == [0, 2])
    let reason = try #require(try trial.queue().holdReason(of: trial.name(1)))
    #expect(reason.name == "damaged" && reason.message.contains(trial.name(1).fileName))
  }

  @Test("a segment with a record that is too long is held by that name")
  func tooLong() throws {
    let trial = try QueueTrial()
    try trial.publish(0)
    let status = try trial.run([], Self.failing(0) { SpoolError.recordTooLong(byteCount: 7, $0.path) })
    #expect(try status == .dataError && trial.queue().holdReason(of: trial.name(0))?.name == "record_too_long")
  }

  @Test("damage in another file than the segment is not the segment's fault: the program ends and it stays ready")
  func otherFile() throws {
    let trial = try QueueTrial()
    for sequence in 0..<2 { try trial.publish(sequence) }
    #expect(throws: SpoolError.damaged("elsewhere", why: "torn")) {
      try trial.run([], Self.failing(0) { _ in SpoolError.damaged("elsewhere", why: "torn") })
    }
    #expect(try trial.sequences(.ready) == [0, 1] && trial.sequences(.held).isEmpty)
  }

  @Test("an error that may hold a segment does so only where it names a reason", arguments: ["refused", nil])
  func holdable(name: String?) throws {
    let trial = try QueueTrial()
    for sequence in 0..<2 { try trial.publish(sequence) }
    let work = Self.failing(0) { _ in Refused(holdName: name) }
    guard let name else {
      #expect(throws: Refused.self) { try trial.run([], work) }
      #expect(try trial.sequences(.ready) == [0, 1])
      return
    }
    #expect(try trial.run([], work) == .dataError)
    let expected = HoldReason(name: name, message: "the table refuses it")
    #expect(try trial.queue().holdReason(of: trial.name(0)) == expected)
    #expect(try trial.sequences(.done) == [1])
  }

  @Test("of several outcomes the status is the one that most needs a person")
  func worst() throws {
    let trial = try QueueTrial()
    for sequence in 0..<3 { try trial.publish(sequence) }
    let status = try trial.run { input in
      if input.name.sequence == 0 { throw Refused(holdName: "refused") }
      var done = try QueueTrial.read(input)
      done.settled = input.name.sequence != 1
      return done
    }
    #expect(status == .dataError)
    #expect(try trial.sequences(.held) == [0] && trial.sequences(.ready) == [1] && trial.sequences(.done) == [2])
    #expect(trial.printed.all == ["homes-1", "homes-2"], "what was made of it is printed though it has to wait")
  }

  @Test("when nobody reads what is printed the program ends, and what it has made counts as done")
  func noReader() throws {
    let trial = try QueueTrial()
    for sequence in 0..<2 { try trial.publish(sequence) }
    let closed = StreamError(stream: .output, errno: EPIPE)
    #expect(throws: closed) { try trial.run(printing: { (_: String) throws(StreamError) in throw closed }) }
    #expect(try trial.sequences(.done) == [0] && trial.sequences(.ready) == [1])
    #expect(Telemetry.ExitStatus(for: closed) == .unavailable)
  }
}
