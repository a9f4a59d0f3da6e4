import Foundation
import Logging
import Spool
import SystemPackage
import TestSupport
import Testing

@testable import Fetching
@testable import PipelineConfig

/// When requests may go out. Not before its time is a promise that a clock can check; not much later is none.
@Suite(.timeLimit(.minutes(5)))
struct SourceGateTests {
  private static func gate(
    _ spool: TemporarySpool,
    _ change: (inout Source) -> Void
  ) throws -> SourceGate {
    var source = Source(name: "shop", baseURL: "http://vendor.example")
    change(&source)
    return try SourceGate(
      source,
      in: Spool(root: spool.root),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
  }

  @Test("so many in a second and no more, whoever asks, over several gates and a restart", arguments: [1, 5])
  func together(burst: Int) async throws {
    let spool = try TemporarySpool()
    let times = try await withThrowingTaskGroup(of: [Int].self) { group in
      for _ in 0..<3 {
        group.addTask {
          var times: [Int] = []
          for _ in 0..<2 {
            // Each gate as another program would have it, and the second as one that was started anew.
            let gate = try Self.gate(spool) { ($0.limits.perSecond, $0.limits.burst) = (20, burst) }
            for _ in 0..<3 {
              let turn = try await gate.turn()
              // Both clocks are cut to whole milliseconds.
              #expect(Date.now.timeIntervalSince1970 * 1000 >= Double(turn.time) - 2, "no turn before its time")
              times.append(turn.time)
              try gate.succeeded(turn, .now(bytes: 0, hold: nil))
            }
          }
          return times
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    let sorted = times.sorted()
    #expect(sorted.count == 18)
    for index in sorted.indices.dropFirst(burst) { #expect(sorted[index] - sorted[index - burst] >= 50 * burst) }
  }

  @Test("a request counts from when it can have arrived, not from when it was sent")
  func arrival() throws {
    let spool = try TemporarySpool()
    let file = try Spool(root: spool.root).sourceFile("shop", capacity: 1)
    let windows = [SourceFile.Window(count: 1, milliseconds: 500)]
    let first = try file.takeTurn(windows, bytesPerHour: nil, now: 1_000_000)
    try file.settle(first, at: 1_000_120, bytes: 0)
    #expect(try file.takeTurn(windows, bytesPerHour: nil, now: 1_000_130).time == 1_000_620)
  }

  @Test("who wakes up too late has lost the turn to those behind, and keeps it when there is nobody behind")
  func late() throws {
    let spool = try TemporarySpool()
    let file = try Spool(root: spool.root).sourceFile("shop", capacity: 8)
    let windows = [SourceFile.Window(count: 1, milliseconds: 500)]
    _ = try file.takeTurn(windows, bytesPerHour: nil, now: 1_000_000)
    let turn = try file.takeTurn(windows, bytesPerHour: nil, now: 1_000_000)
    let (kept, _) = try file.confirm(turn, windows, slack: 125, now: 1_003_000)
    #expect(kept?.index == turn.index && kept?.time == 1_003_000)
    let next = try file.takeTurn(windows, bytesPerHour: nil, now: 1_003_000)
    #expect(next.time == 1_003_500, "it counts from when the late one went out")
    let (lost, _) = try file.confirm(turn, windows, slack: 125, now: 1_003_000)
    #expect(lost == nil)
  }

  @Test("a clock that was set back stops nothing for long")
  func clockSetBack() throws {
    let spool = try TemporarySpool()
    let file = try Spool(root: spool.root).sourceFile("shop", capacity: 60)
    let windows = [SourceFile.Window(count: 1, milliseconds: 500), SourceFile.Window(count: 60, milliseconds: 60_000)]
    for second in 0..<100 { _ = try file.takeTurn(windows, bytesPerHour: nil, now: 90_000_000 + second * 1000) }
    let turn = try file.takeTurn(windows, bytesPerHour: nil, now: 1_000_000)
    #expect(turn.time <= 1_000_000 + 20 * 60_000)
  }

  @Test("while it is held nobody has a turn, not even who was promised one before, nor another program")
  func hold() async throws {
    let spool = try TemporarySpool()
    let gate = try Self.gate(spool) { $0.limits.perSecond = 20 }
    let turn = try await gate.turn()
    let held = ContinuousClock.now
    async let promised = gate.turn()
    try gate.hold(for: .milliseconds(150), after: turn)
    try gate.hold(for: .milliseconds(1), after: turn)
    _ = try await Self.gate(spool) { _ in }.turn()
    _ = try await promised
    #expect(ContinuousClock.now - held >= .milliseconds(147))
  }

  @Test("a hold longer than a request may take is said at once")
  func longHold() async throws {
    let gate = try Self.gate(TemporarySpool()) { $0.retry.budget = .seconds(1) }
    try gate.hold(for: .seconds(600), after: try await gate.turn())
    let failure = await #expect(throws: RequestFailure.self) { try await gate.turn() }
    #expect(failure?.kind == .throttled && failure?.retryAfter.map { $0 > .seconds(500) } == true)
  }

  @Test("who is cancelled while waiting for a turn waits no longer")
  func cancelled() async throws {
    let gate = try Self.gate(TemporarySpool()) { _ in }
    try gate.hold(for: .seconds(500), after: try await gate.turn())
    let waiting = Task { try await gate.turn() }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
  }

  @Test("the breaker opens after failures in a row, lets trials through after its time, and closes or opens again")
  func breaker() async throws {
    let spool = try TemporarySpool()
    let gate = try Self.gate(spool) {
      $0.breaker = Source.Breaker(failures: 3, openFor: .milliseconds(200), trialCalls: 2)
    }
    func state() throws -> SourceState { try #require(try Spool(root: spool.root).sourceState("shop")) }
    for kind in [FailureKind.server, .timeout, .client, .network, .throttled, .server] {
      try gate.failed(kind, try await gate.turn(), .now(bytes: 0, hold: nil))
    }
    #expect(try state().openings == 0, "what the vendor refuses shows that it is there")
    try gate.failed(.timeout, try await gate.turn(), .now(bytes: 0, hold: nil))
    #expect(try state().openings == 1)
    let opened = ContinuousClock.now
    // Another program waits for it, too.
    let other = try Self.gate(spool) {
      $0.breaker = Source.Breaker(failures: 3, openFor: .milliseconds(200), trialCalls: 2)
    }
    let first = try await other.turn()
    #expect(ContinuousClock.now - opened >= .milliseconds(197))
    let second = try await gate.turn()
    #expect(try state().trials == 2)
    try other.succeeded(first, .now(bytes: 0, hold: nil))
    try gate.failed(.server, second, .now(bytes: 0, hold: nil))
    #expect(try state().openings == 2 && state().openUntil > 0)
    for _ in 0..<2 { try gate.succeeded(try await gate.turn(), .now(bytes: 0, hold: nil)) }
    #expect(try state().openUntil == 0 && state().failures == 0)
  }

  @Test("a trial that has to wait for the source's limits is one trial, also when a hold comes meanwhile")
  func trialWaits() async throws {
    let spool = try TemporarySpool()
    let gate = try Self.gate(spool) {
      ($0.limits.perSecond, $0.limits.burst) = (4, 1)
      $0.breaker = Source.Breaker(failures: 1, openFor: .milliseconds(20), trialCalls: 2)
    }
    func state() throws -> SourceState { try #require(try Spool(root: spool.root).sourceState("shop")) }
    let first = try await gate.turn()
    try gate.failed(.server, first, .now(bytes: 0, hold: nil))
    async let waiting = gate.turn()
    while try state().trials == 0 { try await Task.sleep(for: .milliseconds(1)) }
    try gate.hold(for: .milliseconds(400), after: first)
    let turn = try await waiting
    #expect(try state().trials == 1 && state().breaker(at: turn.time) == .halfOpen)
  }

  @Test("bytes of an hour: at the limit nothing goes out before the hour is over")
  func bytes() throws {
    let spool = try TemporarySpool()
    let file = try Spool(root: spool.root).sourceFile("shop", capacity: 1)
    let hour = 3_600_000
    let now = 500_000 * hour
    let turn = try file.takeTurn([], bytesPerHour: 1000, now: now)
    #expect(turn.time == now)
    try file.settle(turn, at: now, bytes: 600)
    let second = try file.takeTurn([], bytesPerHour: 1000, now: now + 120_000)
    #expect(second.time == now + 120_000)
    try file.settle(second, at: now + 120_000, bytes: 600)
    let third = try file.takeTurn([], bytesPerHour: 1000, now: now + 180_000)
    #expect(third.time > now + hour && third.time <= now + hour + 60_000)
    let later = try file.takeTurn([], bytesPerHour: 1000, now: now + 2 * hour)
    #expect(later.time == now + 2 * hour)
  }

  @Test(
    "windows of a source's limits hold for any times of asking, also when limits change",
    arguments: 0..<20 as Range<UInt64>
  )
  func windows(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let spool = try TemporarySpool()
    var limits = Source.Limits()
    (limits.perSecond, limits.burst, limits.perMinute, limits.perHour) = (
      2, Int.random(in: 1...3, using: &random), 60, 200
    )
    var (now, times) = (1_700_000_000_000, [Int]())
    for round in 0..<3 {
      // A larger or smaller ring, as after a change of pipeline.json.
      let file = try Spool(root: spool.root).sourceFile("shop", capacity: 200 + round * 100)
      for _ in 0..<120 {
        now += Int.random(in: 0...900, using: &random)
        let turn = try file.takeTurn(limits.windows, bytesPerHour: nil, now: now)
        #expect(turn.time >= now)
        times.append(turn.time)
      }
    }
    for window in limits.windows {
      let isKept = times.indices.dropFirst(window.count).allSatisfy {
        times[$0] - times[$0 - window.count] >= window.milliseconds
      }
      #expect(isKept, "\(window)")
    }
  }
}

extension SourceGate {
  /// Lets no request out for a time, as an answer does that asks for it.
  fileprivate func hold(for time: Duration, after turn: SourceFile.Turn) throws {
    try failed(.throttled, turn, .now(bytes: 0, hold: time))
  }
}

extension SourceFile {
  /// A turn of a source that nothing forbids.
  fileprivate func takeTurn(_ windows: [Window], bytesPerHour: Int?, now: Int) throws -> Turn {
    switch try takeTurn(windows, bytesPerHour: bytesPerHour, now: now, unless: { _ in Never?.none }) {
    case .turn(let turn, _): turn
    }
  }

  fileprivate func settle(_ turn: Turn, at time: Int, bytes: Int) throws {
    try settle(turn, at: time, bytes: bytes) { _ in }
  }
}
