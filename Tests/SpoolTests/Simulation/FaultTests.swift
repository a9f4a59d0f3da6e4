import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import Spool

/// Every call of a whole pipeline run fails once; after that nothing is lost, and what is there is finished.
struct FaultTests {
  static let events: [SimulatedFiles.Event] = [
    .error(.noSpace), .error(.ioError), .error(.diskQuotaExceeded), .error(.interrupted), .error(.permissionDenied),
    .error(.tooManyOpenFiles), .shortWrite,
  ]

  /// What is lost and doubled when one call fails, and the power goes after that.
  static func afterFault(_ event: SimulatedFiles.Event, at call: Int, _ defect: Defect? = nil) -> SmallMirror.Verdict? {
    var mirror = SmallMirror(defect: defect)
    mirror.files.plan(event, at: call)
    _ = try? mirror.run()
    mirror.files.restart(keeping: .nothing)
    return PowerLossTests.verdict(of: &mirror)
  }

  @Test("each call fails once, and then the power goes: 0 lost, 0 doubled", arguments: events.indices)
  func once(index: Int) {
    for call in 1...PowerLossTests.callCount {
      #expect(Self.afterFault(Self.events[index], at: call) == SmallMirror.Verdict(), "at call \(call)")
    }
  }

  @Test("a call that a signal interrupted is made again where that is safe: the run goes on")
  func interrupted() throws {
    for call in 1...PowerLossTests.callCount {
      var mirror = SmallMirror()
      mirror.files.plan(.error(.interrupted), at: call)
      do { try mirror.run() } catch {
        // What an interrupted fsync has saved is not known; names are changed at once or not at all.
        let call = mirror.files.calls[call - 1]
        #expect(!["open", "read", "write", "flock"].contains(call.name), "\(call): \(error)")
      }
    }
  }

  @Test(
    "a disk of any size too small for it all stops cleanly, and the run goes on when there is room",
    arguments: 0..<64
  )
  func full(step: Int) throws {
    var mirror = SmallMirror()
    mirror.files.limit(to: 200 + step * 60)
    var isStopped = false
    do { try mirror.run() } catch let error as SpoolError {
      isStopped = true
      #expect(error.exitStatus == .temporaryFailure, "\(error)")
    }
    #expect(isStopped || step > 10)
    mirror.files.limit(to: nil)
    #expect(PowerLossTests.verdict(of: &mirror) == SmallMirror.Verdict())
  }

  @Test(
    "what the tests above look for they find: each deliberate defect loses or doubles records somewhere",
    arguments: Defect.ofOneWorker
  )
  func teeth(defect: Defect) {
    // Nil is a run that never comes to its end.
    func isFound(_ verdict: SmallMirror.Verdict?) -> Bool { verdict != SmallMirror.Verdict() }
    for call in 1...(PowerLossTests.callCount + 20) {
      let death = PowerLossTests.death(at: call, defect)
      for remains in [.everything, .nothing] + PowerLossTests.remains(of: death.files)
      where isFound(PowerLossTests.verdict(after: death, keeping: remains)) { return }
      for event in Self.events where isFound(Self.afterFault(event, at: call, defect)) { return }
    }
    Issue.record("\(defect) went unnoticed")
  }
}
