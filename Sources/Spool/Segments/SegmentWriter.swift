internal import LZ4
public import SystemPackage
internal import Telemetry

/// Writes one segment.
///
/// Nothing is visible to the next stage until ``publish(footer:)``; a writer that is dropped before leaves nothing.
public struct SegmentWriter: ~Copyable {
  private let queue: SpoolQueue
  private let name: SegmentName
  private let holding: HoldReason?
  private var file: FrameFile

  /// Begins a segment. Compression levels are those of the `lz4` program; 1 is fast.
  ///
  /// With a reason in `holding` it is published as one that is held: no worker takes it before it is released.
  ///
  /// - Throws: ``SpoolError``; ``SpoolError/busy(_:)`` when another program writes this very segment.
  public init(
    queue: SpoolQueue,
    name: SegmentName,
    compressionLevel: Int = -1,
    holding: HoldReason? = nil
  ) throws(SpoolError) {
    file = try FrameFile(
      draft: queue.path(of: name, in: .incoming),
      target: queue.path(of: name, in: holding == nil ? .ready : .held),
      compressionLevel: compressionLevel
    )
    self.holding = holding
    self.queue = queue
    self.name = name
  }

  /// Lines so far.
  public var records: Int { file.records }

  /// Bytes so far, newlines included, before compression.
  public var bytes: Int { file.bytes }

  /// Adds a line; the newline is added here.
  ///
  /// - Throws: ``SpoolError``, ``SpoolError/recordTooLong(byteCount:_:)`` among them; the writer is then of no use.
  public mutating func append(line: Span<UInt8>) throws(SpoolError) { try file.append(line: line) }

  /// Leaves nothing of the lines in this program's memory, so that a ``LeftSegment`` has all of them if the program is
  /// killed. Costs a block of the frame, and no waiting for the disk.
  ///
  /// - Throws: ``SpoolError``.
  public mutating func flush() throws(SpoolError) { try file.flush() }

  /// Ends the segment and makes it visible, all of it or none, and durable before this returns.
  ///
  /// A segment of that name which is ready already is replaced: it is the same work done again.
  ///
  /// - Parameter footer: What the segment says of itself; the counts of records and bytes are the writer's.
  /// - Returns: Where the segment is now.
  /// - Throws: ``SpoolError``; the draft is gone, and whatever the segment was made of should be kept.
  public consuming func publish(footer: SegmentFooter) throws(SpoolError) -> FilePath {
    precondition(footer.name == name, "the name of a segment is the name in its footer")
    precondition(footer.feed == queue.feed && footer.stage == queue.name, "a segment belongs to the queue it is in")
    let target = queue.path(of: name, in: holding == nil ? .ready : .held)
    // The note first: whatever is in `held` has one.
    if let holding { try queue.note(holding, for: name) }
    try file.publish(footer: footer)
    return target
  }
}
