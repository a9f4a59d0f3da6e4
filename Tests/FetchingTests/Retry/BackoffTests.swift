import PipelineConfig
import TestSupport
import Testing

@testable import Fetching

struct BackoffTests {
  private static func settings() throws -> Source.Retry {
    var retry = try FetchTrial("http://vendor.example").pipeline.feed(named: "cars").source.retry
    (retry.attempts, retry.budget, retry.firstDelay) = (6, .seconds(600), .milliseconds(500))
    return retry
  }

  @Test("waits stay within a bound that doubles, and never beyond the longest", arguments: 0..<50 as Range<UInt64>)
  func jitter(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for attempt in 1...40 {
      let wait = Backoff.jittered(attempt: attempt, first: .milliseconds(500), random: &random)
      #expect(wait >= .zero && wait <= Backoff.waitMax)
      if attempt < 7 { #expect(wait <= .milliseconds(500 << (attempt - 1)), "attempt \(attempt)") }
    }
  }

  @Test(
    "a vendor's Retry-After is never undercut, and one beyond the budget is a reason to give up",
    arguments: 0..<50 as Range<UInt64>
  )
  func retryAfter(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let asked = Duration.seconds(Int.random(in: 0...1200, using: &random))
    let failure = RequestFailure(.throttled, "429", retryAfter: asked)
    switch try Backoff.decide(failure, attempt: 1, elapsed: .zero, settings: Self.settings(), random: &random) {
    case .wait(let wait): #expect(wait >= asked && wait <= asked + .milliseconds(500) && asked <= .seconds(600))
    case .giveUp(let why): #expect(asked > .seconds(599) && why?.contains("\(asked.components.seconds) s") == true)
    }
  }

  @Test("each kind of failure is worth its own number of tries", arguments: FailureKind.allCases)
  func attempts(kind: FailureKind) throws {
    var random = SeededGenerator(seed: 1)
    let expected = min(kind.attemptsMax ?? 6, 6)
    for attempt in 1...6 {
      let decision = try Backoff.decide(
        RequestFailure(kind, "x"),
        attempt: attempt,
        elapsed: .zero,
        settings: Self.settings(),
        random: &random
      )
      #expect((decision == .giveUp(nil)) == (attempt >= expected), "\(kind) \(attempt)")
    }
  }

  @Test("when the budget is used up there is no further try")
  func budget() throws {
    var random = SeededGenerator(seed: 1)
    let decision = try Backoff.decide(
      RequestFailure(.server, "500"),
      attempt: 1,
      elapsed: .seconds(601),
      settings: Self.settings(),
      random: &random
    )
    #expect(decision == .giveUp("no time left of 600 s"))
  }
}
