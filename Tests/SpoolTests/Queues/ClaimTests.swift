import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Spool

/// Several workers want the same segments.
@Suite(.timeLimit(.minutes(5)))
struct ClaimTests {
  let folder: TemporarySpool
  let queue: SpoolQueue
  let name = Samples.name(1)

  init() throws {
    folder = try TemporarySpool()
    queue = try folder.spool.queue(.fetched, feed: "cars")
  }

  @Test("of two descriptors one gets the segment, and the other when the first lets go")
  func twoDescriptors() throws {
    try folder.publish(["{}"], name: name)
    let first = try queue.mustClaim(name)
    let refused = try queue.claim(name) == nil
    #expect(refused)
    first.release()
    let second = try queue.mustClaim(name)
    second.release()
  }

  @Test("workers side by side get each segment once", arguments: [2, 8])
  func race(workers: Int) async throws {
    let count = 100
    for sequence in 0..<count { try folder.publish(["{}"], name: Samples.name(sequence)) }
    let queue = queue
    let taken = try await withThrowingTaskGroup(of: [SegmentName].self) { group in
      for _ in 0..<workers {
        group.addTask {
          var taken: [SegmentName] = []
          while let claimed = try queue.claimNext() {
            taken.append(claimed.name)
            try claimed.finish()
          }
          return taken
        }
      }
      return try await group.reduce([], +)
    }
    #expect(taken.sorted() == (0..<count).map { Samples.name($0) })
    #expect(try queue.segments(in: .done).count == count)
  }

  @Test("claiming, doing and finishing one of 2,000 makes the very calls that one of 10 does", arguments: [3, 9])
  func amongMany(place: Int) throws {
    func calls(_ count: Int) throws -> [String] {
      let files = SimulatedFiles()
      return try Files.$current.withValue(files) {
        let queue = try Spool(root: "/spool").queue(.fetched, feed: "cars")
        for sequence in 0..<count {
          let path = queue.path(of: Samples.name(sequence), in: .ready)
          files.close(try files.open(path, .writeOnly, [.create]))
        }
        let before = files.calls.count
        let claimed = try queue.mustClaim(Samples.name(place))
        _ = try claimed.begin()
        try claimed.finish()
        return files.calls[before...].map { "\($0.name) \($0.path)" }
      }
    }
    let few = try calls(10)
    #expect(few.count > 5)
    #expect(try calls(2000) == few)
  }

  @Test("another process has the segment until it ends, however it ends")
  func twoProcesses() async throws {
    try folder.publish(["{}"], name: name)
    let path = queue.path(of: name, in: .ready).string
    let script = "exec 9<\"$0\"; flock 9; exec sleep 600"
    let status = try await Programs.kill("/bin/bash", ["-c", script, path]) { [queue] in
      while let free = try queue.claim(name) {
        free.release()
        try await Task.sleep(for: .milliseconds(10))
      }
      let isFree = try queue.claim(name) != nil
      #expect(!isFree)
    }
    #expect(status == nil, "it was killed")
    let claimed = try queue.mustClaim(name)
    try claimed.finish()
  }

  @Test("a segment that another worker finished meanwhile is not claimed")
  func finishedMeanwhile() throws {
    let path = try folder.publish(["{}"], name: name)
    let opened = try OpenFile(path)
    try queue.mustClaim(name).finish()
    #expect(try opened.lock(), "the lock is free")
    #expect(try !opened.isStill(at: path), "but the file is not the one that the path names")
  }

  @Test("a claimed segment is not replaced under its worker's hands")
  func replacedWhileClaimed() throws {
    try folder.publish(["{}"], name: name)
    let claimed = try queue.mustClaim(name)
    #expect(throws: SpoolError.busy(queue.path(of: name, in: .ready))) { try folder.publish(["new"], name: name) }
    #expect(try queue.states(of: name) == [.ready], "and the draft is gone")
    try claimed.finish()
    #expect(try TemporarySpool.read(queue.path(of: name, in: .done)).lines == ["{}"])
  }

  @Test("a segment that a person moved away while it was claimed stays where it was put")
  func movedByHand() throws {
    let path = try folder.publish(["{}"], name: name)
    let claimed = try queue.mustClaim(name)
    try FileManager.default.moveItem(atPath: path.string, toPath: queue.path(of: name, in: .held).string)
    try claimed.hold(reason: HoldReason(name: "damaged", message: "so it seemed"))
    #expect(try queue.states(of: name) == [.held])
  }

  @Test("two writers of one segment do not meet, and a dead one's draft is taken away")
  func drafts() throws {
    let draft = queue.path(of: name, in: .incoming)
    do {
      let writer = try SegmentWriter(queue: queue, name: name)
      #expect(throws: SpoolError.busy(draft)) { _ = try SegmentWriter(queue: queue, name: name) }
      #expect(writer.records == 0)
    }
    try Samples.write(Array("half of a segment".utf8), to: draft)
    try folder.publish(["{}"], name: name)
    #expect(try queue.states(of: name) == [.ready])
    #expect(try TemporarySpool.read(queue.path(of: name, in: .ready)).lines == ["{}"])
  }

  @Test("writers of the same segment side by side leave one whole segment", arguments: [2, 6])
  func writersRace(writers: Int) async throws {
    let (folder, queue, name) = (folder, queue, name)
    let published = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<writers {
        group.addTask {
          var published = 0
          for _ in 0..<20 {
            do {
              try folder.publish(["{}"], name: name)
              published += 1
            } catch SpoolError.busy {
              continue
            }
          }
          return published
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(published > 0, "each may refuse the other now and then, and somebody gets through")
    #expect(try queue.states(of: name) == [.ready])
    #expect(try TemporarySpool.read(queue.path(of: name, in: .ready)).lines == ["{}"])
  }
}
