internal import Monitoring
public import PipelineConfig
public import Postgres
public import Spool
internal import Staging

extension DashboardModel {
  /// Looks into the spool and asks the database. Waits in the calling thread; what it reads is bounded, however many
  /// records were put aside.
  ///
  /// - Parameters:
  ///   - name: What the page calls the pipeline.
  ///   - pipeline: Which.
  ///   - spool: Its spool.
  ///   - target: Its database; one that does not answer is shown and is no error.
  /// - Returns: What there is to show, without what only a running service knows.
  /// - Throws: `SpoolError`.
  public static func read(
    _ name: String,
    _ pipeline: Pipeline,
    _ spool: Spool,
    _ target: DatabaseTarget
  ) throws -> DashboardModel {
    var model = DashboardModel(name: name, snapshot: try .take(of: pipeline, spool, target))
    for feed in pipeline.feedsInOrder {
      model.rejected += try RejectedReasons.read(feed.name, in: spool).prefix(reasonsMax)
      model.drift += try DriftNote.all(of: feed.name, in: spool).suffix(driftMax).reversed().map { note in
        Drift(feed: feed.name, what: note.what.rawValue, text: note.text(for: feed), run: note.run)
      }
    }
    model.rejected.sort { $0.count > $1.count }
    return model
  }

  /// Notes of one feed that are shown.
  static let driftMax = 20
  /// Reasons that are kept of one feed.
  static let reasonsMax = 40
}

/// Why records were put aside, counted by reason.
private enum RejectedReasons {
  /// The latest files that are read of one feed, and the records of each.
  static let filesMax = 20
  static let recordsMax = 500

  private struct Key: Hashable {
    var program: String
    var reason: String
    var field: String?
  }

  private struct Enough: Error {}

  static func read(_ feed: String, in spool: Spool) throws -> [DashboardModel.Rejected] {
    var counts: [Key: (count: Int, segment: String)] = [:]
    for file in try spool.rejected(feed: feed).suffix(filesMax) {
      // A file that is taken back meanwhile, or is damaged, is not the dashboard's trouble.
      do {
        var reader = try SegmentReader(file.path)
        _ = try reader.forEachLine { line, number in
          guard number <= recordsMax else { throw Enough() }
          guard let record = try? RejectedRecord(line) else { return }
          let key = Key(program: "weir-\(file.stage.rawValue)", reason: record.reason, field: record.field)
          counts[key] = ((counts[key]?.count ?? 0) + 1, record.segment.description)
        }
      } catch {}
    }
    return counts.map { key, found in
      DashboardModel.Rejected(
        feed: feed,
        program: key.program,
        reason: key.reason,
        field: key.field,
        count: found.count,
        segment: found.segment
      )
    }.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
  }
}
