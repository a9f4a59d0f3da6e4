import SystemPackage
import TestSupport
import Testing

@testable import Spool

/// The process dies, or the power goes, at every single call of a whole pipeline run, and on the way back up again.
struct PowerLossTests {
  /// Calls of a run in which nothing goes wrong.
  static let callCount: Int = {
    var mirror = SmallMirror()
    _ = try? mirror.run()
    return mirror.files.calls.count
  }()

  /// A run that has just ended at a call.
  static func death(at call: Int, _ defect: Defect? = nil) -> SmallMirror {
    var mirror = SmallMirror(defect: defect)
    mirror.files.plan(.death, at: call)
    _ = try? mirror.run()
    return mirror
  }

  /// What is lost and doubled in the end when the machine comes up again with some of what was not durable.
  static func verdict(after death: SmallMirror, keeping remains: SimulatedFiles.Remains) -> SmallMirror.Verdict? {
    var mirror = death.fork()
    mirror.files.restart(keeping: remains)
    return verdict(of: &mirror)
  }

  /// Nil when the run did not come to its end: a segment that cannot be read is in the way for ever.
  static func verdict(of mirror: inout SmallMirror) -> SmallMirror.Verdict? {
    do {
      try mirror.run()
      mirror.files.restart(keeping: .everything)
      return try mirror.verdict()
    } catch {
      return nil
    }
  }

  @Test("a run without trouble brings every record once, and every step of it is a call that can fail")
  func plain() throws {
    var mirror = SmallMirror()
    try mirror.run()
    #expect(try mirror.verdict() == SmallMirror.Verdict())
    #expect(Self.callCount > 150)
    let names = Set(mirror.files.calls.map(\.name))
    #expect(names.isSuperset(of: ["open", "write", "fsync", "flock", "rename", "unlink", "mkdir", "read", "readdir"]))
  }

  @Test("a death at any call: 0 lost, 0 doubled")
  func death() {
    for call in 1...Self.callCount {
      let verdict = Self.verdict(after: Self.death(at: call), keeping: .everything)
      #expect(verdict == SmallMirror.Verdict(), "at call \(call)")
    }
  }

  @Test("power lost at any call on a disk that keeps nothing unsynced: 0 lost, 0 doubled")
  func nothingKept() {
    for call in 1...Self.callCount {
      let verdict = Self.verdict(after: Self.death(at: call), keeping: .nothing)
      #expect(verdict == SmallMirror.Verdict(), "at call \(call)")
    }
  }

  /// Every subset of the names that were not durable, with every fate of the bytes.
  static func remains(of files: SimulatedFiles, most: Int = 5) -> [SimulatedFiles.Remains] {
    let count = files.pendingCount
    // The latest changes are those of the hand-over in hand; what is older is all there or all gone.
    let free = min(count, most)
    let fates = files.hasUnsyncedBytes ? SimulatedFiles.Bytes.allCases : [.durable]
    return (count > free ? [true, false] : [true]).flatMap { old in
      (0..<1 << free).flatMap { bits in
        let changes = Array(repeating: old, count: count - free) + (0..<free).map { bits >> $0 & 1 == 1 }
        return fates.map { SimulatedFiles.Remains.some(changes: changes, bytes: $0) }
      }
    }
  }

  @Test(
    "power lost at any call, whatever subset of names and whatever part of the bytes came through: 0 lost, 0 doubled"
  )
  func combinations() {
    var states = 0
    for call in 1...Self.callCount {
      let death = Self.death(at: call)
      for remains in Self.remains(of: death.files) {
        states += 1
        let verdict = Self.verdict(after: death, keeping: remains)
        guard verdict == SmallMirror.Verdict() else {
          Issue.record("at call \(call), \(remains): \(verdict.map { "\($0)" } ?? "stuck")")
          return
        }
      }
    }
    #expect(states > 2000)
  }

  @Test("deaths and power cuts one after another, wherever they fall", arguments: 0..<20)
  func traces(seed: Int) {
    for round in 0..<50 {
      var random = SeededGenerator(seed: UInt64(seed * 1000 + round))
      var mirror = SmallMirror()
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        mirror.files.plan(.death, at: Int.random(in: 1...Self.callCount, using: &random))
        _ = try? mirror.run()
        let count = mirror.files.pendingCount
        let changes = (0..<count).map { _ in Bool.random(using: &random) }
        let bytes = SimulatedFiles.Bytes.allCases.randomElement(using: &random) ?? .empty
        let cut = SimulatedFiles.Remains.some(changes: changes, bytes: bytes)
        mirror.files.restart(keeping: Bool.random(using: &random) ? .everything : cut)
      }
      #expect(Self.verdict(of: &mirror) == SmallMirror.Verdict(), "seed \(seed), round \(round)")
    }
  }
}
