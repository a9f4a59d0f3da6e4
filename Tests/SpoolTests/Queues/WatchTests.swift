import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Spool

struct WatchTests {
  @Test("a watch wakes for what is published in any of its queues, also before it waits")
  func wakes() throws {
    let folder = try TemporarySpool()
    let queues = try ["cars", "homes"].map { try folder.spool.queue(.fetched, feed: $0) }
    var watch = try QueueWatch(queues)
    #expect(try !watch.wait(atMost: .milliseconds(1)))
    for feed in ["homes", "cars"] {
      try folder.publish(["{}"], name: Samples.name(1), feed: feed)
      #expect(try watch.wait(atMost: .seconds(10)))
      #expect(try !watch.wait(atMost: .milliseconds(1)), "once told is enough")
    }
  }

  @Test("a watch follows the queue's name when its directory is made anew")
  func renewed() throws {
    let folder = try TemporarySpool()
    let queue = try folder.spool.queue(.fetched, feed: "cars")
    var watch = try QueueWatch([queue])
    for sequence in 1...3 {
      #expect(try Spool.renew(queue.directory(.ready)))
      #expect(try watch.wait(atMost: .seconds(10)), "the old one is gone")
      try folder.publish(["{}"], name: Samples.name(sequence))
      #expect(try watch.wait(atMost: .seconds(10)))
      try queue.mustClaim(Samples.name(sequence)).finish()
    }
  }

  @Test("what a watch wakes for can be claimed at once, so nothing that is published is left lying", arguments: 0..<5)
  func claimable(round: Int) throws {
    let folder = try TemporarySpool()
    let queue = try folder.spool.queue(.fetched, feed: "cars")
    let count = 100
    var watch = try QueueWatch([queue])
    // A thread of its own: the pool's threads are busy with other tests, and this one waits on the system.
    let failure = Mutex<String?>(nil)
    let publisher = Thread {
      do {
        for sequence in 0..<count { _ = try folder.publish(["{}"], name: Samples.name(sequence)) }
      } catch {
        failure.withLock { $0 = "\(error)" }
      }
    }
    publisher.start()
    var claimed = 0
    var wakes = 0
    while claimed < count {
      while let segment = try queue.claimNext() {
        claimed += 1
        try segment.finish()
      }
      guard claimed < count else { break }
      wakes += 1
      let woke = try watch.wait(atMost: .seconds(60))
      let ready = try queue.segments(in: .ready).count
      let why = failure.withLock { $0 } ?? "the publisher met no error"
      try #require(woke, "nothing came after \(claimed) of \(count), and \(ready) are ready; \(why)")
    }
    #expect(wakes <= 2 * count, "a segment moves in and is closed: two reasons to look")
  }
}
