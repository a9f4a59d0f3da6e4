public import SystemPackage

/// Sends rejected records through again: a run of its own whose segments are the files of rejected records.
///
/// The records are the vendor's, so they go into `fetched`, where every stage sees them anew. A record of a later run wins
/// over an earlier one of equal version, so what was put aside and mended arrives. Each file goes only when its segment is
/// durable: a crash between sends the records twice, which is harmless, and never loses one.
public struct RetryRun: ~Copyable {
  private let spool: Spool
  private let feed: String
  private let compressionLevel: Int
  private var last: SegmentFooter?
  private var segments = 0
  private var records = 0

  public let run: RunID

  public init(spool: Spool, feed: String, run: RunID = .make(), compressionLevel: Int = -1) {
    self.spool = spool
    self.feed = feed
    self.run = run
    self.compressionLevel = compressionLevel
  }

  /// Publishes the records of one file as a segment.
  ///
  /// - Parameters:
  ///   - file: Goes afterwards, or keeps the records that are not in `edits`.
  ///   - edits: By line number, the records to send instead of those in the file. Nil sends all as they are.
  /// - Returns: Where the segment is, and its records; nil when the file has none of the lines.
  /// - Throws: ``SpoolError``; the file is then as it was.
  public mutating func add(
    _ file: RejectedFile,
    edits: [Int: [UInt8]]? = nil
  ) throws -> (path: FilePath, records: Int)? {
    precondition(file.feed == feed, "a run is of one feed")
    let name = SegmentName(run: run, sequence: segments)
    let queue = try spool.queue(.fetched, feed: feed)
    var writer = try SegmentWriter(queue: queue, name: name, compressionLevel: compressionLevel)
    var rest = try spool.rejectWriter(
      feed: feed,
      segment: file.segment,
      stage: file.stage,
      compressionLevel: compressionLevel
    )
    var reader = try SegmentReader(file.path)
    var footer = try reader.forEachLine { line, number in
      let rejected: RejectedRecord
      do { rejected = try RejectedRecord(line) } catch {
        throw SpoolError.damaged(file.path, why: "line \(number): \(error)")
      }
      if edits == nil {
        try writer.append(line: rejected.record.span)
      } else if let edited = edits?[rejected.line] {
        try writer.append(line: edited.span)
      } else {
        try rest.append(whole: line)
      }
    }
    guard writer.records > 0 else { return nil }
    let rejects = footer
    footer.run = run
    footer.sequence = segments
    footer.stage = .fetched
    footer.kind = .data
    footer.mode = .incremental
    footer.fetched = writer.records
    footer.dropped = [:]
    footer.lowestVersion = nil
    footer.highestVersion = nil
    footer.retryOf = "\(file.segment).\(file.stage.rawValue)"
    let count = writer.records
    let path = try writer.publish(footer: footer)
    segments += 1
    records += count
    last = footer
    _ = try rest.publish(of: rejects.ofSegment)
    return (path, count)
  }

  /// Ends the run, so that its counts are balanced like any other's. The watermark stays: this says nothing of the
  /// vendor's answer as a whole.
  ///
  /// - Returns: Where the end segment is; nil when nothing was sent.
  /// - Throws: ``SpoolError``.
  public consuming func finish() throws(SpoolError) -> FilePath? {
    guard var footer = last else { return nil }
    footer.sequence = segments
    footer.kind = .end
    footer.fetched = 0
    footer.source = nil
    footer.retryOf = nil
    footer.end = EndOfRun(complete: false, segments: segments, records: records)
    let queue = try spool.queue(.fetched, feed: feed)
    let name = SegmentName(run: run, sequence: segments)
    let writer = try SegmentWriter(queue: queue, name: name, compressionLevel: compressionLevel)
    return try writer.publish(footer: footer)
  }
}

extension SegmentFooter {
  /// The footer of the segment that rejected records were in, as far as their own keeps it.
  fileprivate var ofSegment: SegmentFooter {
    var footer = self
    footer.kind = .data
    return footer
  }
}
