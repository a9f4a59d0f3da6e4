import SystemPackage
import TestSupport
import Testing

@testable import Spool

/// Random sequences of everything that can be done with a queue agree with a model of a dozen lines.
struct ModelTests {
  /// Two workers and an operator at one queue of a few segments.
  final class Trial {
    /// A claim outlives the action that made it.
    final class Worker { var claim: ClaimedSegment? }

    static let names = (0..<4).map { Samples.name($0) }
    let files = SimulatedFiles()
    let workers = [Worker(), Worker()]
    var queue: SpoolQueue
    /// The model: where each segment is, and who has it.
    var states: [SegmentName: Set<SegmentState>] = [:]
    var claims: [SegmentName: Int] = [:]
    /// Segments whose publishing returned.
    var promised: Set<SegmentName> = []
    var random: SeededGenerator

    /// What the queue works on: the files, or the files with a defect.
    let view: any FileOperations

    init(seed: Int, defect: Defect? = nil) throws {
      random = SeededGenerator(seed: UInt64(seed))
      view = DefectiveFiles(base: files, defect: defect)
      queue = try Files.$current.withValue(view) { try Spool(root: "/spool").queue(.fetched, feed: "cars") }
    }

    /// Up to 64 actions.
    func run() throws {
      for _ in 0..<Int.random(in: 1...64, using: &random) {
        try Files.$current.withValue(view) { try act() }
        try check(reads: false)
      }
      try check(reads: true)
      for worker in workers { worker.claim = nil }
    }

    private func any() -> SegmentName { Self.names.randomElement(using: &random) ?? Self.names[0] }

    private func act() throws {
      let name = any()
      let number = Int.random(in: 0...1, using: &random)
      switch Int.random(in: 0..<12, using: &random) {
      case 0, 1: try publish(name)
      case 2, 3: try claim(name, number)
      case 4, 5: try finish(number)
      case 6: try hold(number)
      case 7: giveBack(number)
      case 8: try release(name)
      case 9: try settle(name)
      case 10: fail(name)
      default: cut()
      }
    }

    private func write(_ name: SegmentName) throws {
      var writer = try SegmentWriter(queue: queue, name: name)
      try writer.append(line: Array("{\"id\":\(name.sequence)}".utf8).span)
      _ = try writer.publish(footer: TemporarySpool.footer(name: name, fetched: 1))
    }

    private func publish(_ name: SegmentName) throws {
      guard claims[name] == nil else {
        #expect(throws: SpoolError.self) { try write(name) }
        return
      }
      try write(name)
      states[name, default: []].insert(.ready)
      promised.insert(name)
    }

    private func claim(_ name: SegmentName, _ number: Int) throws {
      guard workers[number].claim == nil else { return }
      let claim = try queue.claim(name)
      let isFree = states[name]?.contains(.ready) == true && claims[name] == nil
      let got = claim != nil
      #expect(got == isFree)
      if got { claims[name] = number }
      workers[number].claim = claim
    }

    private func finish(_ number: Int) throws {
      guard let claim = workers[number].claim.take() else { return }
      let name = claim.name
      try claim.finish()
      claims[name] = nil
      states[name] = [.done]
    }

    private func hold(_ number: Int) throws {
      guard let claim = workers[number].claim.take() else { return }
      let name = claim.name
      try claim.hold(reason: HoldReason(name: "test", message: "held"))
      claims[name] = nil
      states[name]?.remove(.ready)
      states[name]?.insert(.held)
    }

    private func giveBack(_ number: Int) {
      guard let claim = workers[number].claim.take() else { return }
      claims[claim.name] = nil
      claim.release()
    }

    private func release(_ name: SegmentName) throws {
      let isPossible = states[name]?.contains(.held) == true && states[name]?.contains(.ready) != true
      do {
        try queue.release(name)
        #expect(isPossible)
        states[name]?.remove(.held)
        states[name]?.insert(.ready)
      } catch {
        #expect(!isPossible, "\(error)")
      }
    }

    private func settle(_ name: SegmentName) throws {
      try queue.settle(name)
      guard states[name]?.contains(.held) == true else { return }
      states[name]?.remove(.held)
      states[name]?.insert(.done)
    }

    /// The next call fails: nothing that was promised may be gone, and what state it is in is read anew.
    private func fail(_ name: SegmentName) {
      let errors: [Errno] = [.noSpace, .ioError, .diskQuotaExceeded]
      files.planNext(.error(errors.randomElement(using: &random) ?? .ioError))
      if (try? write(name)) != nil { promised.insert(name) }
      reload()
    }

    /// The machine goes down: claims end, and what was not durable may or may not be there.
    private func cut() {
      files.planNext(.death)
      _ = try? queue.segments(in: .ready)
      for worker in workers { worker.claim = nil }
      claims = [:]
      let changes = (0..<files.pendingCount).map { _ in Bool.random(using: &random) }
      let bytes = SimulatedFiles.Bytes.allCases.randomElement(using: &random) ?? .empty
      files.restart(keeping: Bool.random(using: &random) ? .nothing : .some(changes: changes, bytes: bytes))
      reload()
    }

    private func reload() {
      states = [:]
      for state in [SegmentState.ready, .done, .held] {
        for name in (try? queue.segments(in: state)) ?? [] { states[name, default: []].insert(state) }
      }
    }

    /// What the queue shows is what the model says; every promised segment is somewhere, and whole.
    private func check(reads: Bool) throws {
      try Files.$current.withValue(view) { () throws in
        for state in [SegmentState.ready, .done, .held] {
          let expected = states.filter { $0.value.contains(state) }.keys.sorted()
          #expect(try queue.segments(in: state) == expected, "\(state)")
        }
        for name in promised {
          let there = states[name] ?? []
          #expect(!there.isEmpty, "\(name) is gone")
          for state in there where reads {
            #expect(try SegmentReader.footer(of: queue.path(of: name, in: state)).records == 1)
          }
        }
      }
    }
  }

  @Test("10,000 sequences of operations, crashes, power cuts and full disks: 500 for each seed", arguments: 0..<20)
  func sequences(seed: Int) throws {
    for round in 0..<500 { try Trial(seed: seed * 1000 + round).run() }
  }

  @Test(
    "the model finds a lock that does not hold, and files and names that are not made durable",
    arguments: [Defect.noLock, .noFileSync, .noDirectorySync]
  )
  func teeth(defect: Defect) {
    withKnownIssue {
      for round in 0..<500 { try Trial(seed: round, defect: defect).run() }
    }
  }
}
