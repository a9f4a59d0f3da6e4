import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Spool

/// What gc finds besides segments that were worked off.
struct GarbageTests {
  private func garbage(_ spool: Spool, at now: Int) throws -> [Garbage] {
    try spool.garbage(feed: "cars", keep: [:], now: now)
  }

  @Test("drafts that a stopped writer left in rejected and state go after an hour, those of a living one stay")
  func drafts() throws {
    let folder = try TemporarySpool()
    let rejected = folder.root.appending("cars/rejected")
    _ = try folder.spool.rejected(feed: "cars")
    try folder.spool.saveState([1], name: "next.txt", feed: "cars")
    let left = [
      rejected.appending(".\(Samples.name(1)).hash.ndjson.lz4"), folder.root.appending("cars/state/.next.txt"),
    ]
    for path in left { try Samples.write([1, 2, 3], to: path) }
    let now = Int(Date.now.timeIntervalSince1970)
    #expect(try garbage(folder.spool, at: now) == [])

    let found = try garbage(folder.spool, at: now + 3700)
    #expect(found.map(\.path) == left && found.allSatisfy { $0.kind == .draft && $0.bytes == 3 })
    let writer = try OpenFile(left[0])
    #expect(try writer.lock())
    #expect(try found.map { try folder.spool.remove($0) } == [false, true], "the first one's writer lives")
    #expect(try Samples.names(in: rejected) == [left[0].lastComponent?.string])
    #expect(try folder.spool.loadState("next.txt", feed: "cars") == [1])
  }

  @Test("what a crash leaves in a queue goes after an hour: drafts, the copy of a left one, notes without a segment")
  func litter() throws {
    let folder = try TemporarySpool()
    let queue = try folder.spool.queue(.fetched, feed: "cars")
    let name = Samples.name(1)
    let left = [
      queue.path(of: name, in: .incoming), queue.directory(.incoming).appending(".\(name.fileName)"),
      queue.noteDraftPath(of: name), queue.notePath(of: name), queue.attemptsPath(of: name),
    ]
    for path in left { try Samples.write([1, 2, 3], to: path) }
    let now = Int(Date.now.timeIntervalSince1970)
    #expect(try garbage(folder.spool, at: now) == [])
    let found = try garbage(folder.spool, at: now + 3700)
    #expect(found.map(\.path) == left)
    #expect(found.map(\.kind) == [.draft, .draft, .draft, .note, .note])
    #expect(try found.map { try folder.spool.remove($0) } == Array(repeating: true, count: left.count))
    #expect(try Samples.names(in: queue.directory(.incoming)) == [])
  }

  @Test("the draft that a killed fetch would go on with stays as long as its run can be resumed; other drafts do not")
  func resumable() throws {
    let folder = try TemporarySpool()
    let (fetched, hashed) = (
      try folder.spool.queue(.fetched, feed: "cars"), try folder.spool.queue(.hashed, feed: "cars")
    )
    let drafts = [fetched, hashed].map { $0.path(of: Samples.name(1), in: .incoming) }
    for path in drafts { try Samples.write([1], to: path) }
    let now = Int(Date.now.timeIntervalSince1970)
    let found = { seconds in
      try folder.spool.garbage(feed: "cars", keep: [:], resumable: 7200, now: now + seconds).map(\.path)
    }
    #expect(try found(3700) == [drafts[1]])
    #expect(Set(try found(7300)) == Set(drafts))
  }

  @Test("a directory that grew is made anew when it is empty, and only then; nothing in a queue is lost by it")
  func directories() throws {
    let files = SimulatedFiles()
    try Files.$current.withValue(files) {
      let spool = try Spool(root: "/spool")
      let queue = try spool.queue(.fetched, feed: "cars")
      let ready = queue.directory(.ready)
      // As many names as make it a mebibyte.
      let names = (0..<1100).map { ready.appending("\($0)") }
      for name in names { files.close(try files.open(name, .writeOnly, [.create])) }
      #expect(try garbage(spool, at: 0) == [], "it is not empty")
      for name in names { try files.remove(name) }

      let found = try garbage(spool, at: 0)
      #expect(found.map(\.kind) == [.directory] && found.map(\.path) == [ready])
      var writer = try SegmentWriter(queue: queue, name: Samples.name(1))
      try writer.append(line: Array("{}".utf8).span)
      _ = try writer.publish(footer: TemporarySpool.footer(name: Samples.name(1), fetched: 1))
      #expect(try !spool.remove(found[0]), "something came in between")
      try queue.mustClaim(Samples.name(1)).finish()
      let before = try files.status(ready, followsLink: false)
      #expect(try spool.remove(found[0]))
      let after = try files.status(ready, followsLink: false)
      #expect(after.inode != before.inode && after.size < before.size)
      #expect(try garbage(spool, at: 0) == [])
      files.restart(keeping: .nothing)
      #expect(try files.status(ready, followsLink: false).inode == after.inode, "it is durable")
      #expect(try queue.segments(in: .done) == [Samples.name(1)])
    }
  }

  @Test("the machine's own file system replaces an empty directory, refuses one that is not, and keeps it private")
  func realDirectories() throws {
    let folder = try TemporarySpool()
    let queue = try folder.spool.queue(.fetched, feed: "cars")
    let ready = queue.directory(.ready)
    try folder.publish(["{}"], name: Samples.name(1))
    #expect(try !Spool.renew(ready))
    try queue.mustClaim(Samples.name(1)).finish()
    let before = try ready.stat().inode
    #expect(try Spool.renew(ready))
    #expect(try ready.stat().inode != before && ready.stat().permissions == .ownerReadWriteExecute)
    try folder.publish(["{}"], name: Samples.name(2))
    #expect(try folder.spool.queue(.fetched, feed: "cars").segments(in: .ready) == [Samples.name(2)])
  }

  @Test("the power goes at any call of making a directory anew: what was promised is there, and the queue works")
  func powerLoss() throws {
    func publish(_ sequence: Int, _ queue: SpoolQueue) throws {
      var writer = try SegmentWriter(queue: queue, name: Samples.name(sequence))
      try writer.append(line: Array("{}".utf8).span)
      _ = try writer.publish(footer: TemporarySpool.footer(name: Samples.name(sequence), fetched: 1))
    }
    /// One segment that was worked off a moment ago, then the new directory, then another segment.
    func trial(_ files: SimulatedFiles, event: SimulatedFiles.Event? = nil, at call: Int = 1) throws -> Int {
      try Files.$current.withValue(files) {
        let queue = try Spool(root: "/spool").queue(.fetched, feed: "cars")
        try publish(1, queue)
        try queue.mustClaim(Samples.name(1)).finish()
        let before = files.calls.count
        if let event { files.plan(event, at: before + call) }
        _ = try Spool.renew(queue.directory(.ready))
        let count = files.calls.count - before
        try publish(2, queue)
        return count
      }
    }
    let calls = try trial(SimulatedFiles())
    #expect(calls > 20)
    for call in 1...calls {
      let files = SimulatedFiles()
      #expect(throws: SpoolError.self) { try trial(files, event: .death, at: call) }
      files.restart(keeping: .nothing)
      try Files.$current.withValue(files) {
        let queue = try Spool(root: "/spool").queue(.fetched, feed: "cars")
        let places = try [SegmentState.ready, .done].filter { try queue.segments(in: $0).contains(Samples.name(1)) }
        #expect(places.count == 1, "at call \(call)")
        try publish(2, queue)
        #expect(try queue.segments(in: .ready).contains(Samples.name(2)), "at call \(call)")
      }
    }
  }
}
