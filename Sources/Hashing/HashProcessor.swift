internal import JSONText
public import PipelineConfig
public import Spool

/// The hash stage: finds key, version and operation of each record and the digest of its business fields.
///
/// Writes `{"key":[…],"version":…,"op":"upsert","hash":"…","record":{…}}`, the record as the vendor wrote it. Needs no network
/// and no database; the same input gives the same bytes.
public struct HashProcessor: SegmentProcessor, ~Copyable {
  public static let input = QueueName.fetched

  private let pipeline: Pipeline
  private let spool: Spool
  private var parser = JSONParser()

  public init(pipeline: Pipeline, spool: Spool) {
    self.pipeline = pipeline
    self.spool = spool
  }

  /// - Throws: ``UnknownFeed``, ``SpoolError``.
  public mutating func process(_ input: InputSegment) throws -> ProcessedSegment {
    let feed = try pipeline.feed(named: input.feed)
    let level = pipeline.spool.compressionLevel
    var writer = try SegmentWriter(
      queue: spool.queue(.hashed, feed: feed.name),
      name: input.name,
      compressionLevel: level
    )
    var rejects = try spool.rejectWriter(feed: feed.name, segment: input.name, stage: .hash, compressionLevel: level)
    var hasher = RecordHasher(feed: feed)
    var repeated = 0

    var reader = try SegmentReader(input.path)
    var repeats = RepeatFilter(records: reader.footer.records)
    var cleaned = 0
    var footer = try reader.forEachLine { record, number in
      do throws(RecordProblem) {
        if try hasher.add(record, parser: &parser) { cleaned += 1 }
      } catch {
        try rejects.append(record: record, isJSON: error.isJSON, line: number, reason: error.reason, field: error.field)
        return
      }
      if hasher.isFull { repeated += try Self.write(&hasher, but: &repeats, to: &writer) }
    }
    repeated += try Self.write(&hasher, but: &repeats, to: &writer)

    let rejected = rejects.records
    _ = try rejects.publish(of: footer)
    footer.stage = .hashed
    if footer.kind == .data {
      footer.dropped = ["hash.rejected": rejected, "hash.repeated": repeated]
      footer.lowestVersion = hasher.versions.lowest
      footer.highestVersion = hasher.versions.highest
    }
    let records = writer.records
    let path = try writer.publish(footer: footer)
    var counts = ["segments": 1, "records": records, "repeated": repeated, "rejected": rejected]
    if feed.unicode == .clean { counts["cleaned"] = cleaned }
    if hasher.deletions > 0 { counts["deletions"] = hasher.deletions }
    return ProcessedSegment(printed: path, counts: counts, footer: footer)
  }

  /// Writes the lines that wait.
  ///
  /// - Returns: How many of them were exact repeats and are left out.
  private static func write(
    _ hasher: inout RecordHasher,
    but repeats: inout RepeatFilter,
    to writer: inout SegmentWriter
  ) throws(SpoolError) -> Int {
    var repeated = 0
    try hasher.takeLines { (line, identityCount) throws(SpoolError) in
      if repeats.isRepeat(line.extracting(0..<identityCount)) {
        repeated += 1
      } else {
        try writer.append(line: line)
      }
    }
    return repeated
  }
}
