import LZ4
import SystemPackage
import TestSupport
import Testing

@testable import Spool

/// A segment, written and read.
struct RoundTripTests {
  @Test("lines come back with their numbers, and the footer counts them", arguments: 0..<20 as Range<UInt64>)
  func lines(seed: UInt64) throws {
    let folder = try TemporarySpool()
    let lines = Samples.lines(400, seed: seed, longest: seed % 5 == 0 ? 100_000 : 300)
    let path = try folder.publish(lines, name: Samples.name(Int(seed)))
    #expect(path == folder.root.appending("cars/fetched/ready/\(Samples.name(Int(seed)).fileName)"))

    var numbers: [Int] = []
    var reader = try SegmentReader(path)
    #expect(reader.footer.records == 400)
    let footer = try reader.forEachLine { _, number in numbers.append(number) }
    #expect(numbers == Array(1...400))
    #expect(footer.bytes == lines.reduce(0) { $0 + $1.utf8.count + 1 })
    #expect(try TemporarySpool.read(path).lines == lines)
  }

  @Test("a line longer than many blocks comes back", arguments: [1, 3, 40])
  func longLine(blocks: Int) throws {
    let folder = try TemporarySpool()
    let lines = ["before", String(repeating: "long ", count: blocks * FrameEncoder.blockByteCount / 5 + 1), "after"]
    let path = try folder.publish(lines, name: Samples.name(0))
    #expect(try TemporarySpool.read(path).lines == lines)
  }

  @Test("a segment of no records is a segment")
  func empty() throws {
    let folder = try TemporarySpool()
    let read = try TemporarySpool.read(folder.publish([], name: Samples.name(0)))
    #expect(read.lines.isEmpty)
    #expect(read.footer.records == 0 && read.footer.bytes == 0)
  }

  @Test("the lz4 program gives exactly the lines", arguments: [0, 1, 5000])
  func program(count: Int) async throws {
    let folder = try TemporarySpool()
    let lines = Samples.lines(count, seed: 7)
    let path = try folder.publish(lines, name: Samples.name(3))
    let run = try await Programs.shell("lz4 -tq \(path) && lz4 -dcq \(path)")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == lines.map { $0 + "\n" }.joined())
    withExtendedLifetime(folder) {}
  }

  @Test("the same lines give the same bytes, in another spool and at another time")
  func repeatable() throws {
    let lines = Samples.lines(3000, seed: 8)
    let (one, two) = (try TemporarySpool(), try TemporarySpool())
    let first = try Samples.read(one.publish(lines, name: Samples.name(1)))
    #expect(try Samples.read(two.publish(lines, name: Samples.name(1))) == first)
  }

  @Test("a body that throws ends the reading with its own error")
  func bodyThrows() throws {
    struct Enough: Error {}
    let folder = try TemporarySpool()
    let path = try folder.publish(["a", "b", "c"], name: Samples.name(1))
    var seen = 0
    var reader = try SegmentReader(path)
    do {
      _ = try reader.forEachLine { _, number in
        seen = number
        if number == 2 { throw Enough() }
      }
      Issue.record("nothing was thrown")
    } catch is Enough {
      #expect(seen == 2)
    }
  }

  @Test("what a writer has written is not seen before it is published, and gone when it is dropped")
  func dropped() throws {
    let folder = try TemporarySpool()
    let queue = try folder.spool.queue(.fetched, feed: "cars")
    do {
      var writer = try SegmentWriter(queue: queue, name: Samples.name(1))
      for line in Samples.lines(4000, seed: 9) { try writer.append(line: Array(line.utf8).span) }
      #expect(try queue.states(of: Samples.name(1)) == [.incoming])
      #expect(writer.records == 4000)
    }
    #expect(try queue.states(of: Samples.name(1)) == [])
  }

  @Test("files and directories are the owner's alone")
  func modes() throws {
    let folder = try TemporarySpool()
    let path = try folder.publish(["{}"], name: Samples.name(1))
    #expect(try path.stat().permissions == .ownerReadWrite)
    var directory = path.removingLastComponent()
    while directory != folder.directory {
      #expect(try directory.stat().permissions == .ownerReadWriteExecute, "\(directory)")
      directory = directory.removingLastComponent()
    }
  }
}
