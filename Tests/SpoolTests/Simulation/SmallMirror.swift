import SystemPackage
import TestSupport

@testable import Spool

/// A whole pipeline on a simulated disk: a vendor that always answers the same, a spool, and a table that loses nothing.
///
/// fetch → fetched → hash, which puts every seventh record aside → hashed → merge. Every stage is written against the
/// spool's own operations, in the order in which the real stages use them.
struct SmallMirror {
  static let recordCount = 10
  static let segmentRecords = 5
  private static let feed = "cars"

  /// What PostgreSQL is to the pipeline: durable, and a segment counts once.
  final class Table {
    var rows: [String: Int] = [:]
    var ledger: Set<SegmentName> = []
  }

  /// Every record once in the table or put aside, none lost, none doubled.
  struct Verdict: Equatable, CustomStringConvertible {
    var lost = 0
    var doubled = 0
    var description: String { "\(lost) lost, \(doubled) doubled" }
  }

  let files: SimulatedFiles
  var defect: Defect?
  let table = Table()
  /// Makes a name that never was, for the defect that wants one.
  var random = SeededGenerator(seed: 5)

  init(_ files: SimulatedFiles = SimulatedFiles(), defect: Defect? = nil) {
    self.files = files
    self.defect = defect
  }

  /// The same disk and the same table once more, to see what else could become of them.
  func fork() -> SmallMirror {
    var copy = SmallMirror(files.fork(), defect: defect)
    copy.table.rows = table.rows
    copy.table.ledger = table.ledger
    copy.random = random
    return copy
  }

  /// Does everything that is left to do.
  mutating func run() throws {
    var copy = self
    try Files.$current.withValue(DefectiveFiles(base: files, defect: defect)) {
      let spool = try Spool(root: "/spool")
      try copy.fetch(spool)
      try copy.hash(spool)
      try copy.merge(spool)
    }
    self = copy
  }

  func verdict() throws -> Verdict {
    var seen = table.rows
    try Files.$current.withValue(files) {
      let spool = try Spool(root: "/spool")
      for file in try spool.rejected(feed: Self.feed) {
        var reader = try SegmentReader(file.path)
        _ = try reader.forEachLine { line, _ in
          let rejected = try RejectedRecord(line)
          seen[String(decoding: rejected.record, as: UTF8.self), default: 0] += 1
        }
      }
    }
    let all = (0..<Self.recordCount).map { Self.record($0) }
    return Verdict(
      lost: all.count { seen[$0] == nil },
      doubled: seen.values.reduce(0) { $0 + $1 - 1 } + seen.keys.count { !all.contains($0) }
    )
  }

  static func record(_ number: Int) -> String { "{\"id\":\(number)}" }

  private func name(_ sequence: Int) -> SegmentName { SegmentName(run: Samples.run, sequence: sequence) }

  private func footer(_ name: SegmentName, _ queue: QueueName, _ fetched: Int) -> SegmentFooter {
    TemporarySpool.footer(name: name, feed: Self.feed, queue: queue, fetched: fetched)
  }

  private mutating func fetch(_ spool: Spool) throws {
    let queue = try spool.queue(.fetched, feed: Self.feed)
    let saved = try spool.loadState("next.txt", feed: Self.feed).flatMap { Int(String(decoding: $0, as: UTF8.self)) }
    var next = saved ?? 0
    while next < Self.recordCount {
      let name = name(next / Self.segmentRecords)
      let end = next + Self.segmentRecords
      func save() throws { try spool.saveState(Array("\(end)".utf8), name: "next.txt", feed: Self.feed) }
      if defect == .checkpointFirst { try save() }
      var writer = try SegmentWriter(queue: queue, name: name)
      for number in next..<end { try writer.append(line: Array(Self.record(number).utf8).span) }
      _ = try writer.publish(footer: footer(name, .fetched, end - next))
      if defect != .checkpointFirst { try save() }
      next = end
    }
  }

  private mutating func hash(_ spool: Spool) throws {
    let queue = try spool.queue(.fetched, feed: Self.feed)
    let output = try spool.queue(.hashed, feed: Self.feed)
    for name in try queue.segments(in: .ready) {
      guard let claimed = try queue.claim(name) else { continue }
      _ = try claimed.begin()
      let path = claimed.path
      var lines: [[UInt8]] = []
      var rejects = try spool.rejectWriter(feed: Self.feed, segment: name, stage: .hash)
      var reader = try SegmentReader(path)
      let input = try reader.forEachLine { line, number in
        let bytes = unsafe line.withUnsafeBufferPointer { unsafe Array($0) }
        if bytes.contains(UInt8(ascii: "7")) {
          try rejects.append(record: line, isJSON: true, line: number, reason: "seven")
        } else {
          lines.append(bytes)
        }
      }
      let outputName = defect == .randomOutputNames ? self.name(Int.random(in: 100...99_999, using: &random)) : name
      if defect == .inputRemovedFirst { try FileName.remove(path) }
      _ = try rejects.publish(of: input)
      var writer = try SegmentWriter(queue: output, name: outputName)
      for line in lines { try writer.append(line: line.span) }
      _ = try writer.publish(footer: footer(outputName, .hashed, input.records))
      if defect != .inputRemovedFirst { try claimed.finish() }
    }
  }

  private mutating func merge(_ spool: Spool) throws {
    let queue = try spool.queue(.hashed, feed: Self.feed)
    for name in try queue.segments(in: .ready) {
      guard let claimed = try queue.claim(name) else { continue }
      _ = try claimed.begin()
      var lines: [String] = []
      var reader = try SegmentReader(claimed.path)
      _ = try reader.forEachLine { line, _ in
        lines.append(unsafe line.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) })
      }
      if defect == .noLedger || table.ledger.insert(name).inserted {
        for line in lines { table.rows[line, default: 0] += 1 }
      }
      try claimed.finish()
    }
  }
}
