import ArgumentParser
import Foundation
import Spool
import Synchronization
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import StageRuntime

/// Several workers in one program: each segment is done once, and their number shows in nothing but the time.
@Suite(.timeLimit(.minutes(5)))
struct JobsTests {
  /// Copies a segment into the next queue, as hash does with what it makes of it.
  private static let copy: @Sendable (TemporarySpool) -> QueueTrial.Work = { folder in
    { input in
      let (lines, footer) = try TemporarySpool.read(input.path)
      var output = footer
      output.stage = .hashed
      let path = try folder.publish(lines, footer: output)
      return ProcessedSegment(printed: path, counts: ["segments": 1], footer: footer)
    }
  }

  @Test("the same segments are made, byte for byte, by one worker and by many", arguments: [1, 2, 7, 64])
  func same(jobs: Int) throws {
    let trial = try QueueTrial()
    for sequence in 0..<40 { try trial.publish(sequence) }
    #expect(try trial.run(jobs: jobs, Self.copy(trial.folder)) == .success)
    #expect(try trial.sequences(.done) == Array(0..<40))
    #expect(trial.printed.all.count == 40 && Set(trial.printed.all).count == 40)
    let output = try trial.context.spool.queue(.hashed, feed: "homes")
    for sequence in 0..<40 {
      let alone = try QueueTrial()
      try alone.publish(sequence)
      try alone.run([], Self.copy(alone.folder))
      let expected = try alone.context.spool.queue(.hashed, feed: "homes").path(of: alone.name(sequence), in: .ready)
      let made = output.path(of: trial.name(sequence), in: .ready)
      #expect(
        FileManager.default.contents(atPath: made.string) == FileManager.default.contents(atPath: expected.string)
      )
    }
  }

  @Test("workers work at the same time: as many segments are in work at once as there are jobs")
  func atOnce() throws {
    let trial = try QueueTrial()
    for sequence in 0..<4 { try trial.publish(sequence) }
    let arrived = Mutex(0)
    let work: QueueTrial.Work = { input in
      arrived.withLock { $0 += 1 }
      // Each waits for the other three: with fewer workers this would wait for ever, so there is an end to it.
      let end = ContinuousClock.now + .seconds(20)
      while arrived.withLock({ $0 }) < 4, ContinuousClock.now < end { usleep(1000) }
      return try QueueTrial.read(input)
    }
    #expect(try trial.run(jobs: 4, work) == .success)
    #expect(arrived.withLock { $0 } == 4)
  }

  @Test("a worker begins when all others are at work: segments that come one by one do not need them all")
  func asNeeded() async throws {
    let trial = try QueueTrial()
    let paths = try (0..<12).map { try trial.publish($0).string }
    let (readEnd, writeEnd) = try FileDescriptor.pipe(options: .closeOnExec)
    let threads = Mutex<Set<UInt>>([])
    let done = Mutex(0)
    async let result = onThread {
      defer { try? readEnd.close() }
      return try trial.run(["-"], input: readEnd, jobs: 8) { input in
        threads.withLock { _ = $0.insert(UInt(pthread_self())) }
        defer { done.withLock { $0 += 1 } }
        return try QueueTrial.read(input)
      }
    }
    for (index, path) in paths.enumerated() {
      _ = try writeEnd.writeAll(Array("\(path)\n".utf8))
      while done.withLock(\.self) <= index { try await Task.sleep(for: .milliseconds(5)) }
    }
    try writeEnd.close()
    #expect(try await result == .success)
    // Two, and one more where the next segment came before its worker was seen to have ended.
    #expect(done.withLock(\.self) == 12 && threads.withLock(\.count) <= 4)
  }

  @Test(
    "while memory is short as many workers have a segment as there is memory for, and all is done",
    arguments: [(1, 4), (2, 2), (5, 1)]
  )
  func shortOfMemory(level: Int, most: Int) throws {
    let trial = try QueueTrial()
    for sequence in 0..<24 { try trial.publish(sequence) }
    try trial.context.spool.setPressure(level, feed: "homes")
    let busy = Mutex(0)
    let peak = Mutex(0)
    let work: QueueTrial.Work = { input in
      let now = busy.withLock { busy in
        busy += 1
        return busy
      }
      peak.withLock { $0 = max($0, now) }
      usleep(20_000)
      busy.withLock { $0 -= 1 }
      return try QueueTrial.read(input)
    }
    #expect(try trial.run(["--feed", "homes"], jobs: 8, work) == .success)
    #expect(try trial.sequences(.done) == Array(0..<24))
    #expect(peak.withLock(\.self) <= most)
  }

  @Test(
    "a run's end is done after all that came before it, and children after their parents, by any number of workers",
    arguments: [1, 2, 8]
  )
  func comesAfter(jobs: Int) throws {
    let trial = try QueueTrial()
    for sequence in 0..<20 {
      try trial.publish(sequence)
      try trial.publish(sequence, feed: "rooms")
    }
    let done = Mutex<[String: Set<Int>]>([:])
    let early = Mutex<[String]>([])
    let work: QueueTrial.Work = { input in
      let sequence = input.name.sequence
      let (parents, own) = done.withLock { ($0["homes"]?.count ?? 0, $0[input.feed]?.count ?? 0) }
      // Segment 19 stands for the end. Those before it take their time, the first one most.
      if input.feed == "rooms", parents < 20 || sequence == 19 && own < 19 {
        early.withLock { $0.append("rooms \(sequence)") }
      }
      if input.feed == "homes", sequence == 19, own < 19 { early.withLock { $0.append("homes end") } }
      usleep(sequence == 0 ? 50_000 : 1000)
      done.withLock { _ = $0[input.feed, default: []].insert(sequence) }
      return try QueueTrial.read(input)
    }
    let after: QueueTrial.After = { input in
      Set(input.feed == "rooms" ? ["homes"] : []).union(input.name.sequence == 19 ? [input.feed] : [])
    }
    #expect(try trial.run(jobs: jobs, work, after: after) == .success)
    #expect(early.withLock { $0 } == [])
    #expect(done.withLock { $0.mapValues(\.count) } == ["homes": 20, "rooms": 20])
  }

  @Test("segments of one feed that come after another's do not wait for one another")
  func besideOneAnother() throws {
    let trial = try QueueTrial()
    for sequence in 0..<4 { try trial.publish(sequence, feed: "rooms") }
    let arrived = Mutex(0)
    let work: QueueTrial.Work = { input in
      arrived.withLock { $0 += 1 }
      let end = ContinuousClock.now + .seconds(20)
      while arrived.withLock({ $0 }) < 4, ContinuousClock.now < end { usleep(1000) }
      return try QueueTrial.read(input)
    }
    let paths = try (0..<4).map { try trial.queue("rooms").path(of: trial.name($0), in: .ready).string }
    #expect(try trial.run(paths, jobs: 4, work, after: { _ in ["homes"] }) == .success)
    #expect(arrived.withLock { $0 } == 4)
  }

  @Test("what ends one worker ends them all, and the first error is told; nothing is lost")
  func ends() throws {
    let trial = try QueueTrial()
    for sequence in 0..<50 { try trial.publish(sequence) }
    let full = SpoolError.system(.noSpace, call: "write", path: "x")
    #expect(throws: full) {
      try trial.run(jobs: 4) { input in
        if input.name.sequence == 10 { throw full }
        return try QueueTrial.read(input)
      }
    }
    let (ready, done) = (try trial.sequences(.ready), try trial.sequences(.done))
    #expect(ready.contains(10) && (ready + done).sorted() == Array(0..<50))
    #expect(try trial.run() == .success && trial.sequences(.done) == Array(0..<50))
  }

  @Test("what ends one worker ends also the one that waits for a line of a list that stays open")
  func endsWaiting() async throws {
    let trial = try QueueTrial()
    let path = try trial.publish(0).string
    let (readEnd, writeEnd) = try FileDescriptor.pipe(options: .closeOnExec)
    defer {
      try? readEnd.close()
      try? writeEnd.close()
    }
    _ = try writeEnd.writeAll(Array("\(path)\n".utf8))
    // A list that is waited for without an end would keep this test for as long.
    let patience = Task {
      try await Task.sleep(for: .seconds(60))
      trial.stop.ask()
    }
    defer { patience.cancel() }
    let full = SpoolError.system(.noSpace, call: "write", path: "x")
    await #expect(throws: full) {
      try await onThread {
        try trial.run(["-"], input: readEnd, jobs: 2) { _ in
          // The other worker has come to its waiting by then.
          usleep(300_000)
          throw full
        }
      }
    }
    #expect(!trial.stop.isAsked, "the list alone would not have ended it")
  }

  @Test("the number of jobs has bounds", arguments: ["0", "65", "-1", "x"])
  func bounds(text: String) {
    #expect(throws: (any Error).self) { try JobsOption.parse(["--jobs=\(text)"]) }
  }
}
