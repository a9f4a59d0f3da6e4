import SystemPackage
import TestSupport
import Testing

@testable import Spool

/// What fetch is told of the room there is.
struct RoomTests {
  private static let plenty = SpoolBounds(maxBytes: 1 << 40, minFree: 0, maxReady: 1000)

  private func room(
    _ folder: TemporarySpool,
    feed: String = "cars",
    _ change: (inout SpoolBounds) -> Void = { _ in }
  ) -> SpoolRoom {
    var bounds = Self.plenty
    change(&bounds)
    return SpoolRoom(folder.spool, feed: feed, bounds: bounds, remeasure: .zero)
  }

  @Test("each bound is asked for, and the shortage names it with its setting")
  func bounds() throws {
    let folder = try TemporarySpool()
    for sequence in 0..<10 { try folder.publish(["{}"], name: Samples.name(sequence)) }
    let bytes = try folder.spool.storedBytes()
    #expect(bytes >= 10 * 512)
    #expect(try room(folder).shortage() == nil)
    let spool = try room(folder) { $0.maxBytes = bytes - 1 }.shortage()
    #expect(spool == .spool(bytes: bytes, most: bytes - 1) && "\(spool!)".contains("spool.max_bytes"))
    #expect(try room(folder) { $0.maxBytes = bytes }.shortage() == nil)
    let queues = try room(folder) { $0.maxReady = 9 }.shortage()
    #expect(queues == .queues(feed: "cars", ready: 10, most: 9) && "\(queues!)".contains("spool.max_ready"))
    #expect(try room(folder, feed: "boats") { $0.maxReady = 9 }.shortage() == nil, "another feed has its own queues")
    let disk = try room(folder) { $0.minFree = 1 << 60 }.shortage()
    guard case .disk(let free, 1 << 60) = disk else { return #expect(Bool(false), "\(String(describing: disk))") }
    #expect(free > 0 && "\(disk!)".contains("spool.min_free"))
  }

  @Test("a shortage lasts until there is a twentieth more room than the bound asks for")
  func hysteresis() throws {
    let folder = try TemporarySpool()
    let queue = try folder.spool.queue(.fetched, feed: "cars")
    for sequence in 0..<101 { try folder.publish(["{}"], name: Samples.name(sequence)) }
    let room = room(folder) { $0.maxReady = 100 }
    var answers: [Bool] = []
    for sequence in 0..<8 {
      answers.append(try room.shortage() == nil)
      try queue.mustClaim(Samples.name(sequence)).finish()
    }
    // 101 and then 100 to 96 are short; 95 is a twentieth below 100.
    #expect(answers == [false, false, false, false, false, false, true, true])
  }

  @Test("the sum of all sizes is taken again only after a while, and counts every file of the spool")
  func measured() throws {
    let files = SimulatedFiles()
    try Files.$current.withValue(files) {
      let spool = try Spool(root: "/spool")
      try spool.saveState(Array("1234567".utf8), name: "next.txt", feed: "cars")
      #expect(try spool.storedBytes() == 7)
      let room = SpoolRoom(spool, feed: "cars", bounds: Self.plenty, remeasure: .seconds(3600))
      #expect(try room.shortage() == nil)
      let before = files.calls.count { $0.name == "readdir" }
      #expect(try room.shortage() == nil)
      #expect(files.calls.count { $0.name == "readdir" } - before <= QueueName.allCases.count)
    }
  }
}
