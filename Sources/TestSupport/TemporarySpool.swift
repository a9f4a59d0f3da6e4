internal import Foundation
public import Spool
public import SystemPackage

/// A spool of a test's own, in a private directory that goes when the last copy of the value goes.
public final class TemporarySpool: Sendable {
  /// Holds the spool, and whatever else a test puts beside it.
  public let directory: FilePath
  public let spool: Spool

  /// - Throws: When the directory cannot be made.
  public init() throws {
    directory = FilePath(NSTemporaryDirectory()).appending("weir-spool-\(UUID().uuidString.lowercased())")
    try FileManager.default.createDirectory(
      atPath: directory.string,
      withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700]
    )
    spool = try Spool(root: directory.appending("spool"))
  }

  deinit { try? FileManager.default.removeItem(atPath: directory.string) }

  /// The spool's own directory.
  public var root: FilePath { spool.root }

  /// Publishes a segment of lines, and returns where it is.
  ///
  /// - Throws: `SpoolError`.
  @discardableResult
  public func publish(
    _ lines: [String],
    name: SegmentName,
    feed: String = "cars",
    queue: QueueName = .fetched,
    mode: RunMode = .full
  ) throws -> FilePath {
    try publish(lines, footer: Self.footer(name: name, feed: feed, queue: queue, mode: mode, fetched: lines.count))
  }

  /// Publishes a segment of lines into the queue that its footer names, and returns where it is.
  ///
  /// - Throws: `SpoolError`.
  @discardableResult
  public func publish(_ lines: [String], footer: SegmentFooter) throws -> FilePath {
    var writer = try SegmentWriter(queue: spool.queue(footer.stage, feed: footer.feed), name: footer.name)
    for line in lines { try writer.append(line: Array(line.utf8).span) }
    return try writer.publish(footer: footer)
  }

  /// A footer in which everything has a value that does not depend on the clock.
  public static func footer(
    name: SegmentName,
    feed: String = "cars",
    queue: QueueName = .fetched,
    mode: RunMode = .full,
    fetched: Int = 0
  ) -> SegmentFooter {
    SegmentFooter(
      feed: feed,
      run: name.run,
      sequence: name.sequence,
      stage: queue,
      mode: mode,
      fetched: fetched,
      fetchedAt: "2026-11-20T23:44:08.123Z",
      program: "weir 0.1.0"
    )
  }

  /// Every line of a segment, and its footer.
  ///
  /// - Throws: `SpoolError` when the segment is damaged.
  public static func read(_ path: FilePath) throws -> (lines: [String], footer: SegmentFooter) {
    var lines: [String] = []
    var reader = try SegmentReader(path)
    let footer = try reader.forEachLine { line, _ in
      lines.append(unsafe line.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) })
    }
    return (lines, footer)
  }
}
