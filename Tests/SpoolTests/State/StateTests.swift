import SystemPackage
import TestSupport
import Testing

@testable import Spool

struct StateTests {
  let folder: TemporarySpool
  init() throws { folder = try TemporarySpool() }

  @Test("state is what was saved last, also for a spool that is opened anew")
  func survives() throws {
    let spool = folder.spool
    #expect(try spool.loadState("watermark.json", feed: "cars") == nil)
    try spool.saveState([1, 2, 3], name: "watermark.json", feed: "cars")
    try spool.saveState([4, 5], name: "watermark.json", feed: "cars")
    try spool.saveState([], name: "watermark.json", feed: "homes")
    let again = try Spool(root: folder.root)
    #expect(try again.loadState("watermark.json", feed: "cars") == [4, 5])
    #expect(try again.loadState("watermark.json", feed: "homes") == [])
    #expect(try Samples.names(in: folder.root.appending("cars/state")) == ["watermark.json"])
  }

  @Test("a save that died half-way leaves the state as it was, and the next one goes through")
  func halfWay() throws {
    try folder.spool.saveState([1], name: "watermark.json", feed: "cars")
    try Samples.write([9, 9], to: folder.root.appending("cars/state/.watermark.json"))
    #expect(try folder.spool.loadState("watermark.json", feed: "cars") == [1])
    try folder.spool.saveState([2], name: "watermark.json", feed: "cars")
    #expect(try folder.spool.loadState("watermark.json", feed: "cars") == [2])
    #expect(try Samples.names(in: folder.root.appending("cars/state")) == ["watermark.json"])
  }

  @Test("saved by many at once, state is what one of them saved, whole")
  func manyWriters() async throws {
    let spool = folder.spool
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 as Range<UInt8> {
        group.addTask {
          let bytes = [UInt8](repeating: writer, count: 5000 + Int(writer))
          for _ in 0..<20 { try spool.saveState(bytes, name: "watermark.json", feed: "cars") }
        }
      }
      try await group.waitForAll()
    }
    let state = try #require(try spool.loadState("watermark.json", feed: "cars"))
    #expect(Set(state).count == 1)
    #expect(state.count == 5000 + Int(state[0]))
  }

  @Test("one program at a time has a feed's lock for a purpose")
  func lock() throws {
    let spool = folder.spool
    do {
      let first = try spool.lockFeed("cars", purpose: "fetch")
      let hasFirst = first != nil
      #expect(hasFirst)
      let hasSecond = try spool.lockFeed("cars", purpose: "fetch") != nil
      #expect(!hasSecond)
      let hasOther = try spool.lockFeed("cars", purpose: "gc") != nil
      let hasOtherFeed = try spool.lockFeed("homes", purpose: "fetch") != nil
      #expect(hasOther && hasOtherFeed, "other purposes and feeds are free")
    }
    let hasAgain = try spool.lockFeed("cars", purpose: "fetch") != nil
    #expect(hasAgain)
  }

  @Test("a name that is none of a file of state is refused", arguments: ["", "..", "a/b", ".hidden"])
  func badName(name: String) throws {
    #expect(throws: SpoolError.badName(name, of: "file of state")) {
      try folder.spool.saveState([], name: name, feed: "cars")
    }
  }
}
