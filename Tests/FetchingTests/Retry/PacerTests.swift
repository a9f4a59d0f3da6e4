import Testing

@testable import Fetching

/// Not before its time is a promise that a clock can check; not much later is none.
struct PacerTests {
  @Test("so many turns in a second and no more, whoever asks for them")
  func spacing() async throws {
    let pacer = Pacer(perSecond: 50)
    let began = ContinuousClock.now
    let turns = try await withThrowingTaskGroup(of: Duration.self) { group in
      for _ in 0..<10 {
        group.addTask {
          try await pacer.turn()
          return ContinuousClock.now - began
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    for (place, turn) in turns.sorted().enumerated() { #expect(turn >= .milliseconds(20) * place, "turn \(place)") }
  }

  @Test("while it is held nobody has a turn, not even who was promised one before")
  func hold() async throws {
    let pacer = Pacer(perSecond: 20)
    try await pacer.turn()
    let held = ContinuousClock.now
    async let promised: Void = pacer.turn()
    pacer.hold(for: .milliseconds(150))
    try await pacer.turn()
    try await promised
    #expect(ContinuousClock.now - held >= .milliseconds(150))
    // A shorter hold does not end a longer one.
    let again = ContinuousClock.now
    pacer.hold(for: .milliseconds(100))
    pacer.hold(for: .milliseconds(1))
    try await pacer.turn()
    #expect(ContinuousClock.now - again >= .milliseconds(100))
  }

  @Test("who is cancelled while waiting for a turn waits no longer")
  func cancelled() async {
    let pacer = Pacer(perSecond: nil)
    pacer.hold(for: .seconds(600))
    let waiting = Task { try await pacer.turn() }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
  }
}
