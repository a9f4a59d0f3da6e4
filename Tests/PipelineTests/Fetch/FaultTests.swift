import Foundation
import TestSupport
import Testing

/// Whatever goes wrong at a vendor: every record arrives or the run fails with a clear reason, none is in the table twice,
/// and the credential goes to nobody else. Real programs, real sockets, a real spool, a real PostgreSQL.
@Suite(.postgres, .serialized)
struct StatusFaultTests {
  @Test(
    "refused or not well: every record arrives or the run fails with a clear reason, and nobody else sees a credential",
    .timeLimit(.minutes(10)),
    arguments: FaultScenario.throttled + FaultScenario.faulty + FaultScenario.refused
  )
  func statuses(_ scenario: FaultScenario) async throws { try await FaultProof.run(scenario) }
}

@Suite(.postgres, .serialized)
struct AnswerFaultTests {
  @Test(
    "cut or strange answers: every record arrives or the run fails with a clear reason, and nobody else sees a credential",
    .timeLimit(.minutes(10)),
    arguments: FaultScenario.cut + FaultScenario.strange
  )
  func answers(_ scenario: FaultScenario) async throws { try await FaultProof.run(scenario) }
}

@Suite(.postgres, .serialized)
struct PageFaultTests {
  @Test(
    "pages that lead astray: every record arrives or the run fails with a clear reason, and nobody else sees a credential",
    .timeLimit(.minutes(10)),
    arguments: FaultScenario.crooked + FaultScenario.elsewhere
  )
  func pages(_ scenario: FaultScenario) async throws { try await FaultProof.run(scenario) }

  @Test("there are at least forty scenarios, each of a name of its own, forty of them with all seeds")
  func enough() {
    #expect(Set(FaultScenario.all.map(\.name)).count == FaultScenario.all.count)
    #expect(FaultScenario.all.count { $0.seeds >= FaultProof.seeds } >= 40)
  }
}
