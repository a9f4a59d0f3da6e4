import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Spool

/// What becomes of the draft of a writer that was killed.
struct LeftSegmentTests {
  private static let name = SegmentName(run: RunID.make(), sequence: 3)

  /// A draft as a killed writer leaves it: `flushed` lines in the file, others in its memory.
  private static func leave(_ flushed: Int, more: Int, in queue: SpoolQueue) throws -> [UInt8] {
    let draft = queue.path(of: name, in: .incoming)
    var writer = try SegmentWriter(queue: queue, name: name)
    for number in 0..<flushed { try writer.append(line: Array(line(number).utf8).span) }
    try writer.flush()
    for number in flushed..<(flushed + more) { try writer.append(line: Array(line(number).utf8).span) }
    let bytes = try Data(contentsOf: URL(filePath: draft.string))
    _ = consume writer
    try bytes.write(to: URL(filePath: draft.string))
    return Array(bytes)
  }

  private static func publish(_ records: Int, in queue: SpoolQueue) throws -> FilePath? {
    guard let left = try LeftSegment(queue: queue, name: name) else { return nil }
    return try left.publish(records: records, footer: footer())
  }

  private static func line(_ number: Int) -> String {
    #"{"id":\#(number),"text":"\#(String(repeating: "x", count: number % 3000))"}"#
  }

  private static func footer() -> SegmentFooter {
    SegmentFooter(
      feed: "cars",
      run: name.run,
      sequence: name.sequence,
      stage: .fetched,
      mode: .full,
      fetchedAt: "2026-11-20T23:44:08Z",
      program: "weir test"
    )
  }

  @Test("the lines that were flushed can be published, as far as asked for", arguments: [1, 7, 400], [0, 1, 400])
  func published(flushed: Int, more: Int) throws {
    let spool = try TemporarySpool()
    let queue = try Spool(root: spool.root).queue(.fetched, feed: "cars")
    for records in Set([1, flushed / 2 + 1, flushed]) {
      _ = try Self.leave(flushed, more: more, in: queue)
      let path = try #require(try Self.publish(records, in: queue))
      let segment = try TemporarySpool.read(path)
      #expect(segment.lines == (0..<records).map(Self.line) && segment.footer.records == records)
      #expect(try queue.segments(in: .incoming).isEmpty)
      try FileManager.default.removeItem(atPath: path.string)
    }
    let isStillThere = try LeftSegment(queue: queue, name: Self.name) != nil
    #expect(!isStillThere)
  }

  @Test("more lines than the draft has whole, or a damaged draft: nothing is published")
  func tooFew() throws {
    let spool = try TemporarySpool()
    let queue = try Spool(root: spool.root).queue(.fetched, feed: "cars")
    let bytes = try Self.leave(50, more: 10, in: queue)
    let draft = URL(filePath: queue.path(of: Self.name, in: .incoming).string)
    for (content, records) in [(bytes, 61), (bytes.dropLast(1), 50), (Array(bytes.prefix(5)), 1), ([], 1)] {
      try Data(content).write(to: draft)
      let path = try Self.publish(records, in: queue)
      #expect(path == nil, "\(content.count) bytes")
    }
    var damaged = bytes
    damaged[bytes.count / 2] ^= 1
    try Data(damaged).write(to: draft)
    let path = try Self.publish(50, in: queue)
    #expect(path == nil)
    #expect(try queue.segments(in: .ready).isEmpty)
  }

  @Test("the draft of a living writer is left alone")
  func living() throws {
    let spool = try TemporarySpool()
    let queue = try Spool(root: spool.root).queue(.fetched, feed: "cars")
    var writer = try SegmentWriter(queue: queue, name: Self.name)
    try writer.append(line: Array("{}".utf8).span)
    try writer.flush()
    let found = try LeftSegment(queue: queue, name: Self.name) != nil
    #expect(!found)
    _ = try writer.publish(footer: Self.footer())
  }
}
