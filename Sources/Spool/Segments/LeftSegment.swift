internal import LZ4
public import SystemPackage

/// The draft of a segment whose writer was killed. It has no end and no footer, and all lines that were flushed.
///
/// Who knows what the lines are may publish them; to everyone else a draft is nothing.
public struct LeftSegment: ~Copyable {
  private let queue: SpoolQueue
  private let name: SegmentName
  private let file: OpenFile

  /// Nil when there is no such draft, or a living writer has it.
  ///
  /// - Throws: ``SpoolError``.
  public init?(queue: SpoolQueue, name: SegmentName) throws(SpoolError) {
    do throws(SpoolError) {
      let path = queue.path(of: name, in: .incoming)
      let file = try OpenFile(path)
      // Between opening and locking it, another may have published it, or a writer begun anew.
      guard try file.lock() else { return nil }
      guard try file.isStill(at: path) else {
        file.unlock()
        return nil
      }
      (self.queue, self.name) = (queue, name)
      self.file = file
    } catch .system(.noSuchFileOrDirectory, _, _) {
      return nil
    }
  }

  /// As for ``ClaimedSegment``: a program that is being started has a copy of the open file.
  deinit { file.unlock() }

  /// Publishes the first lines as the segment, and removes the draft.
  ///
  /// - Parameters:
  ///   - records: How many lines.
  ///   - footer: What the segment says of itself; the counts of records and bytes are set here.
  ///   - compressionLevel: As for ``SegmentWriter``.
  /// - Returns: Where the segment is; nil when the draft does not have so many whole lines, and nothing was published.
  /// - Throws: ``SpoolError``; the draft is still there.
  public consuming func publish(
    records: Int,
    footer: SegmentFooter,
    compressionLevel: Int = -1
  ) throws(SpoolError) -> FilePath? {
    let target = queue.path(of: name, in: .ready)
    // Beside the draft, which must stay until the segment is there.
    let draft = queue.directory(.incoming).appending(".\(name.fileName)")
    var copy = try FrameFile(draft: draft, target: target, compressionLevel: compressionLevel)
    do {
      try Self.copy(file, to: &copy, records: records)
    } catch let error as SpoolError {
      throw error
    } catch {
      // A block that is not whole: what was not flushed, or a machine that lost its power.
      return nil
    }
    guard copy.records == records else { return nil }
    try copy.publish(footer: footer)
    try FileName.remove(file.path)
    return target
  }

  private static func copy(_ file: borrowing OpenFile, to copy: inout FrameFile, records: Int) throws {
    var decoder = try FrameDecoder()
    var buffer = LineBuffer(capacity: 2 * FrameEncoder.blockByteCount)
    var input = [UInt8](repeating: 0, count: FrameEncoder.blockByteCount)
    var offset = 0
    while copy.records < records, !decoder.isAtEnd {
      let count = try file.read(at: offset, into: &input, 0..<input.count)
      if count == 0 { return }
      offset += count
      var used = 0
      var step = FrameDecoder.Step()
      repeat {
        try buffer.fill(room: FrameEncoder.blockByteCount) { room throws(LZ4Error) in
          step = try decoder.decode(input.span.extracting(used..<count), into: &room)
          return step.produced
        }
        used += step.consumed
        try buffer.takeLines { line in
          if copy.records < records { try copy.append(line: line) }
        }
        guard buffer.unfinishedByteCount <= SegmentReader.lineByteCountMax else { return }
      } while !decoder.isAtEnd && step != FrameDecoder.Step()
    }
  }
}
