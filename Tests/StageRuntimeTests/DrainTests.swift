import Spool
import Synchronization
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import PipelineConfig
@testable import StageRuntime

/// Queues that are worked off: in order, to their end, by several, and again when something comes.
@Suite(.timeLimit(.minutes(5)))
struct DrainTests {
  @Test("the feeds are worked off parents first, each in the order of writing")
  func parentsFirst() throws {
    let trial = try QueueTrial()
    for sequence in [2, 0, 1] {
      try trial.publish(sequence, feed: "rooms")
      try trial.publish(sequence, feed: "homes")
    }
    #expect(try trial.run() == .success)
    #expect(trial.printed.all == ["homes-0", "homes-1", "homes-2", "rooms-0", "rooms-1", "rooms-2"])
  }

  @Test("--feed works off one feed alone, and one that there is not is refused before anything is done")
  func oneFeed() throws {
    let trial = try QueueTrial()
    try trial.publish(0, feed: "rooms")
    try trial.publish(0, feed: "homes")
    #expect(throws: UnknownFeed(name: "room", known: ["rooms", "homes"])) { try trial.run(["--feed", "room"]) }
    #expect(try trial.run(["--feed", "rooms"]) == .success)
    #expect(trial.printed.all == ["rooms-0"])
    #expect(try trial.sequences(.ready) == [0])
  }

  @Test("what is published while a queue is worked off is done in the same run")
  func meanwhile() throws {
    let trial = try QueueTrial()
    try trial.publish(0)
    let status = try trial.run { [trial] input in
      if input.name.sequence < 5 { try trial.publish(input.name.sequence + 1) }
      return try QueueTrial.read(input)
    }
    #expect(try status == .success && trial.sequences(.done) == Array(0...5))
  }

  @Test("two workers on one queue do each segment once, whoever has it", arguments: [31, 32, 33] as [UInt64])
  func twoWorkers(seed: UInt64) async throws {
    let trial = try QueueTrial()
    var random = SeededGenerator(seed: seed)
    for sequence in (0..<40).shuffled(using: &random) { try trial.publish(sequence) }
    async let first = onThread { try trial.run() }
    async let second = onThread { try trial.run() }
    #expect(try await [first, second] == [.success, .success], "seed \(seed)")
    #expect(trial.printed.all.sorted() == (0..<40).map { "homes-\($0)" }.sorted(), "seed \(seed)")
    #expect(try trial.sequences(.done) == Array(0..<40), "seed \(seed)")
  }

  @Test("a request that is there before the work begins is obeyed at once", arguments: [["--follow"], []])
  func stoppedBefore(arguments: [String]) throws {
    let trial = try QueueTrial()
    try trial.publish(0)
    trial.stop.ask()
    if arguments.isEmpty {
      #expect(throws: Stopped.self) { try trial.run(arguments) }
    } else {
      #expect(try trial.run(arguments) == .success)
    }
    #expect(try trial.sequences(.ready) == [0])
  }

  @Test("--follow wakes for each segment of each feed as it comes, and ends with 0 when it is asked to")
  func follow() async throws {
    let trial = try QueueTrial()
    let (events, seen) = AsyncStream.makeStream(of: String.self)
    async let status = onThread {
      defer { seen.finish() }
      return try trial.run(["--follow"]) { input in
        seen.yield("\(input.feed)-\(input.name.sequence)")
        return try QueueTrial.read(input)
      }
    }
    // Before the status is awaited, also when this test ends early.
    defer { trial.stop.ask() }
    var iterator = events.makeAsyncIterator()
    for (sequence, feed) in ["homes", "rooms", "homes", "rooms"].enumerated() {
      try trial.publish(sequence, feed: feed)
      #expect(await iterator.next() == "\(feed)-\(sequence)")
    }
    trial.stop.ask()
    #expect(try await status == .success)
    #expect(try trial.sequences(.ready).isEmpty && trial.sequences(.ready, feed: "rooms").isEmpty)
  }

  private struct NotFree: Error {}

  @Test("--follow finds by itself what no event tells of: a segment whose claim has ended")
  func relisted() async throws {
    let trial = try QueueTrial(relist: .milliseconds(200))
    let (events, seen) = AsyncStream.makeStream(of: Int.self)
    try trial.publish(0)
    guard let claimed = try trial.queue().claim(trial.name(0)) else { throw NotFree() }
    async let status = onThread {
      defer { seen.finish() }
      return try trial.run(["--follow"]) { input in
        seen.yield(input.name.sequence)
        return try QueueTrial.read(input)
      }
    }
    defer { trial.stop.ask() }
    var iterator = events.makeAsyncIterator()
    try trial.publish(1)
    #expect(await iterator.next() == 1)
    claimed.release()
    #expect(await iterator.next() == 0)
    trial.stop.ask()
    #expect(try await status == .success)
  }

  @Test("--follow does not spin on a segment that has to wait: it is tried again when something comes")
  func waiting() async throws {
    let trial = try QueueTrial()
    let (events, seen) = AsyncStream.makeStream(of: Int.self)
    let others = Atomic<Int>(0)
    let count = 20
    async let status = onThread {
      defer { seen.finish() }
      return try trial.run(["--follow"]) { input in
        seen.yield(input.name.sequence)
        var done = try QueueTrial.read(input)
        if input.name.sequence < count {
          others.add(1, ordering: .relaxed)
        } else {
          // A run's end: settled when all else of its run has been done.
          done.settled = others.load(ordering: .relaxed) == count
        }
        return done
      }
    }
    defer { trial.stop.ask() }
    var order: [Int] = []
    var iterator = events.makeAsyncIterator()
    try trial.publish(count)
    for sequence in 0..<count {
      try trial.publish(sequence)
      while order.last != sequence { order.append(try #require(await iterator.next())) }
      // Whatever came before it, the end is looked at once more after it.
      while order.last != count { order.append(try #require(await iterator.next())) }
    }
    trial.stop.ask()
    #expect(try await status == .temporaryFailure, "it had to wait at least once")
    #expect(try trial.sequences(.done) == Array(0...count))
    let tries = order.count { $0 == count }
    #expect(tries <= 2 * (count + 1), "\(tries) tries, and \(count + 1) segments came")
  }
}
