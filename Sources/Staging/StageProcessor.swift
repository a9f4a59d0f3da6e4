internal import JSONText
public import PipelineConfig
public import Spool

/// The stage stage: checks each record against the feed's columns and writes one object a line whose names are the
/// table's columns, the newest version of each key only, sorted by key. Needs no network and no database.
public struct StageProcessor: SegmentProcessor, ~Copyable {
  public static let input = QueueName.hashed

  private let pipeline: Pipeline
  private let spool: Spool
  private var parser = JSONParser()
  private var rows = RowSet()

  public init(pipeline: Pipeline, spool: Spool) {
    self.pipeline = pipeline
    self.spool = spool
  }

  /// - Throws: ``UnknownFeed``, ``SpoolError``.
  public mutating func process(_ input: InputSegment) throws -> ProcessedSegment {
    let feed = try pipeline.feed(named: input.feed)
    let level = pipeline.spool.compressionLevel
    var reader = try SegmentReader(input.path)
    let book = RunBook(spool: spool, feed: feed)
    let holding = try book.holding(reader.footer, isRedo: input.isRedo)
    let queue = try spool.queue(.staged, feed: feed.name)
    var writer = try SegmentWriter(queue: queue, name: input.name, compressionLevel: level, holding: holding)
    var rejects = try spool.rejectWriter(feed: feed.name, segment: input.name, stage: .stage, compressionLevel: level)
    var projector = RowProjector(feed: feed, segment: input.name)
    rows.removeAll()

    var footer = try reader.forEachLine { line, number in
      do throws(RowProblem) {
        try projector.add(line, parser: &parser, to: &rows)
      } catch {
        // Of a line that is ours the record is put aside, not the envelope; anything else is kept as it is.
        let (reason, field) = (error.reason, error.field)
        if let record = projector.record(of: line, parser: &parser) {
          try rejects.append(record: record.span, isJSON: true, line: number, reason: reason, field: field)
        } else {
          try rejects.append(record: line, isJSON: false, line: number, reason: reason, field: field)
        }
      }
    }

    let superseded = rows.sortAndKeepNewest()
    try rows.withEachRow { row throws(SpoolError) in try writer.append(line: row) }
    let rejected = rejects.records
    _ = try rejects.publish(of: footer)
    footer.stage = .staged
    if footer.kind == .data {
      footer.dropped["stage.rejected"] = rejected
      footer.dropped["stage.superseded"] = superseded
    }
    let records = writer.records
    let path = try writer.publish(footer: footer)
    // After the segment is there: whoever adds the last one of a run can rely on all of them.
    let figures = projector.figures
    let outcome = try book.add(projector.takeSurvey(), figures, of: footer)
    var counts = ["segments": 1, "records": records, "superseded": superseded, "rejected": rejected]
    let replaced = figures.columns.values
    let (nulled, clipped) = (replaced.reduce(0) { $0 + $1.nulled }, replaced.reduce(0) { $0 + $1.clipped })
    if !outcome.notes.isEmpty { counts["drifted"] = outcome.notes.count }
    if nulled > 0 { counts["nulled"] = nulled }
    if clipped > 0 { counts["clipped"] = clipped }
    let released = outcome.released.map { queue.path(of: $0, in: .ready) }
    var done = ProcessedSegment(printed: (holding == nil ? [path] : []) + released, counts: counts, footer: footer)
    done.remarks = outcome.notes.map { $0.remark(for: feed) }
    done.remarks += outcome.warnings.map {
      SegmentRemark("the run does not meet a check", ["run": "\(input.name.run)", "check": $0])
    }
    done.problem = outcome.problem
    return done
  }
}
