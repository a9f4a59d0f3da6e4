import SystemPackage
import TestSupport
import Testing

@testable import Spool

/// The way of a segment through one queue, in real directories.
struct LifeCycleTests {
  let folder: TemporarySpool
  let queue: SpoolQueue
  let name = Samples.name(1)

  init() throws {
    folder = try TemporarySpool()
    queue = try folder.spool.queue(.fetched, feed: "cars")
  }

  @Test("published, claimed and finished, a segment goes from ready to done")
  func finish() throws {
    try folder.publish(["{}"], name: name)
    #expect(try queue.states(of: name) == [.ready])
    let claimed = try queue.mustClaim(name)
    #expect(claimed.path == queue.path(of: name, in: .ready))
    #expect(
      claimed.input
        == InputSegment(feed: "cars", queue: .fetched, state: .ready, name: name, path: claimed.path, isRedo: false)
    )
    #expect(try queue.states(of: name) == [.ready], "a claim moves nothing")
    #expect(try TemporarySpool.read(claimed.path).lines == ["{}"])
    try claimed.finish()
    #expect(try queue.states(of: name) == [.done])
    #expect(try TemporarySpool.read(queue.path(of: name, in: .done)).lines == ["{}"])
  }

  @Test("released, or left by its worker, a segment is ready for the next")
  func release() throws {
    try folder.publish(["{}"], name: name)
    let claimed = try queue.mustClaim(name)
    claimed.release()
    do { _ = try queue.mustClaim(name) }
    #expect(try queue.states(of: name) == [.ready])
    let again = try queue.mustClaim(name)
    try again.finish()
  }

  @Test("held, a segment has a note beside it that says why, in two lines")
  func hold() throws {
    try folder.publish(["{}"], name: name)
    let claimed = try queue.mustClaim(name)
    try claimed.hold(reason: HoldReason(name: "damaged", message: "the block's\nchecksum is wrong"))
    #expect(try queue.states(of: name) == [.held])
    let expected = HoldReason(name: "damaged", message: "the block's checksum is wrong")
    #expect(try queue.holdReason(of: name) == expected)
    let note = try Samples.read(queue.directory(.held).appending("\(name.fileName).error"))
    #expect(String(decoding: note, as: UTF8.self) == "damaged\nthe block's checksum is wrong\n")
    #expect(try queue.holdReason(of: Samples.name(2)) == nil)
  }

  @Test("made anew and finished, a segment that was held is held no more")
  func cure() throws {
    try folder.publish(["{}"], name: name)
    let broken = try queue.mustClaim(name)
    try broken.hold(reason: HoldReason(name: "damaged", message: "cut off"))
    try folder.publish(["{}"], name: name)
    #expect(try queue.states(of: name) == [.ready, .held])
    let whole = try queue.mustClaim(name)
    try whole.finish()
    #expect(try queue.states(of: name) == [.done])
    #expect(try Samples.names(in: queue.directory(.held)) == [])
  }

  @Test("claimed one after another, segments come in the order of writing")
  func order() throws {
    for sequence in [3, 1, 2] { try folder.publish(["{}"], name: Samples.name(sequence)) }
    var seen: [Int] = []
    while let claimed = try queue.claimNext() {
      seen.append(claimed.name.sequence)
      try claimed.finish()
    }
    #expect(seen == [1, 2, 3])
    #expect(try queue.segments(in: .done).map(\.sequence) == [1, 2, 3])
  }

  @Test("what is not settled is passed by, and does not stand in the way")
  func after() throws {
    for sequence in [1, 2] { try folder.publish(["{}"], name: Samples.name(sequence)) }
    let first = try queue.mustClaim(first: nil)
    let waiting = first.name
    first.release()
    let second = try queue.mustClaim(first: waiting)
    #expect(second.name == Samples.name(2))
    try second.finish()
    let none = try queue.claimNext(after: waiting) == nil
    #expect(none)
    #expect(try queue.segments(in: .ready) == [waiting])
  }

  @Test("published again, a segment replaces the one that is ready, byte for byte the same")
  func republish() throws {
    let lines = Samples.lines(500, seed: 3)
    let first = try Samples.read(folder.publish(lines, name: name))
    #expect(try Samples.read(folder.publish(lines, name: name)) == first)
    #expect(try queue.states(of: name) == [.ready])
    let other = try folder.publish(["other"], name: name)
    #expect(try TemporarySpool.read(other).lines == ["other"])
  }

  @Test("done again after it was done, a segment is done once")
  func redo() throws {
    try folder.publish(["{}"], name: name)
    try queue.mustClaim(name).finish()
    let input = try queue.open(name, in: .done)
    #expect(input.isRedo)
    #expect(input.state == .done)
    #expect(input.path == queue.path(of: name, in: .done))
    try folder.publish(["{}"], name: name)
    try queue.mustClaim(name).finish()
    #expect(try queue.states(of: name) == [.done])
  }

  @Test("a segment that is not there is an error that says so")
  func missing() throws {
    #expect(throws: SpoolError.system(.noSuchFileOrDirectory, call: "open", path: queue.path(of: name, in: .done))) {
      try queue.open(name, in: .done)
    }
    let none = try queue.claim(name) == nil
    #expect(none)
  }

  @Test("files of other names are left alone")
  func foreign() throws {
    let ready = queue.directory(.ready)
    for other in ["README", ".hidden", "20261120T234408Z-7k2q-000042.ndjson.lz4.part"] {
      try Samples.write([1], to: ready.appending(other))
    }
    #expect(try queue.segments(in: .ready) == [])
    let none = try queue.claimNext() == nil
    #expect(none)
    #expect(try Samples.names(in: ready).count == 3)
  }

  @Test("a spool knows its feeds")
  func feeds() throws {
    for feed in ["homes", "media"] { _ = try folder.spool.queue(.staged, feed: feed) }
    try Samples.write([], to: folder.root.appending(".gitignore"))
    #expect(try folder.spool.feeds().sorted() == ["cars", "homes", "media"])
  }
}
