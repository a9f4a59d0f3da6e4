import Foundation
import Spool
import SystemPackage
import TestSupport
import Testing

/// A spool in a folder of its own, with a few segments in it. The folder goes with the value.
final class SmallSpool: Sendable {
  private let folder: TemporarySpool

  var root: FilePath { folder.root }
  var spool: Spool { folder.spool }

  static let run = "20261120T234408Z-7k2q"

  init() throws { folder = try TemporarySpool() }

  static func name(_ sequence: Int) throws -> SegmentName {
    SegmentName(run: try #require(RunID(run)), sequence: sequence)
  }

  /// Publishes a segment and moves it where a stage would have.
  @discardableResult
  func add(
    _ sequence: Int,
    of feed: String,
    to queueName: QueueName,
    _ state: SegmentState = .ready,
    lines: [String]
  ) throws -> FilePath {
    let queue = try spool.queue(queueName, feed: feed)
    let name = try Self.name(sequence)
    try folder.publish(lines, name: name, feed: feed, queue: queueName)
    switch state {
    case .incoming, .ready: break
    case .done: try claim(name, in: queue)?.finish()
    case .held: try claim(name, in: queue)?.hold(reason: HoldReason(name: "damaged", message: "for a test"))
    }
    return queue.path(of: name, in: state)
  }

  /// Puts records of a segment aside, as hash does, or stage; every one from its line on.
  func reject(_ sequence: Int, of feed: String, records: [String] = ["{}"], stage: StageName = .hash) throws -> FilePath
  {
    let name = try Self.name(sequence)
    let queue = try #require(stage.input)
    var writer = try spool.rejectWriter(feed: feed, segment: name, stage: stage)
    for (index, record) in records.enumerated() {
      let isJSON = record.hasPrefix("{")
      try writer.append(record: Array(record.utf8).span, isJSON: isJSON, line: index + 1, reason: "no_key", field: "id")
    }
    let footer = TemporarySpool.footer(name: name, feed: feed, queue: queue, fetched: records.count)
    return try #require(try writer.publish(of: footer))
  }

  /// Each line of a segment or of rejected records.
  func lines(_ path: FilePath) throws -> [String] { try TemporarySpool.read(path).lines }

  func names(_ feed: String, _ queue: QueueName, _ state: SegmentState) throws -> [Int] {
    try spool.queue(queue, feed: feed).segments(in: state).map(\.sequence)
  }

  private func claim(_ name: SegmentName, in queue: SpoolQueue) throws -> ClaimedSegment? { try queue.claim(name) }
}

/// Turns one bit of a file over.
func flipBit(of path: FilePath, at offset: Int) throws {
  let url = URL(filePath: path.string)
  var bytes = [UInt8](try Data(contentsOf: url))
  bytes[offset] ^= 0x10
  try FileManager.default.removeItem(at: url)
  try Data(bytes).write(to: url)
}
