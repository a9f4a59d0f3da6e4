public import Spool
public import Telemetry

/// A segment or a run cannot be merged. Each case carries what a person needs to act on it.
public enum MergeError: HoldableError, Equatable {
  /// The target table is not what the feed needs.
  case unfitTable(feed: String, table: String, reason: String, hint: String)
  /// A line of a staged segment is no row of the table.
  case badLine(segment: String, line: Int, reason: String)
  /// The server took fewer or more rows than the segment has.
  case miscounted(segment: String, sent: Int, accepted: Int)
  /// The file is another one than it was a moment ago: its stage was repeated meanwhile.
  case replaced(segment: String)
  /// The server refused the data of a segment.
  case refused(segment: String, reason: String)
  /// fetched is not inserted + updated + unchanged + superseded + orphaned + deleted + rejected.
  case unbalanced(feed: String, run: String, reason: String)
  /// More records of the run were put aside than the feed allows.
  case tooManyRejected(feed: String, run: String, reason: String)
  /// More rows than the feed allows would wait for their parents.
  case tooManyOrphans(segment: String, feed: String, parent: String, max: Int)
  /// A full run would delete more rows than the feed allows; `path` is where its end is held.
  case deletionsRefused(feed: String, reason: String, path: String)

  public var message: String {
    switch self {
    case .unfitTable(let feed, let table, let reason, _): "feed \(feed): table \(table) \(reason)"
    case .badLine(let segment, let line, let reason): "\(segment): line \(line) \(reason)"
    case .miscounted(let segment, let sent, let accepted):
      "\(segment): \(sent) rows were sent and the server took \(accepted); nothing was merged"
    case .replaced(let segment): "\(segment): was replaced while it was being merged; nothing was merged"
    case .refused(let segment, let reason): "\(segment): \(reason)"
    case .unbalanced(let feed, let run, let reason): "feed \(feed): run \(run) does not balance: \(reason)"
    case .tooManyOrphans(let segment, let feed, _, let max):
      "\(segment): with it more than \(max) rows of feed \(feed) would wait for their parents; nothing was merged"
    case .deletionsRefused(let feed, let reason, _): "feed \(feed): nothing was deleted: \(reason)"
    case .tooManyRejected(let feed, let run, let reason): "feed \(feed): run \(run): \(reason)"
    }
  }

  public var hint: String? {
    switch self {
    case .unfitTable(_, _, _, let hint): hint
    case .badLine: "stage it again: weir-stage --redo"
    case .miscounted: "run it again; if it repeats, look for triggers on the staging table"
    case .replaced: "run it again"
    case .refused: "correct the column's type in pipeline.json or the table, then stage and merge the segment again"
    case .unbalanced: "the watermark stays; look into weir.ledger for that run, then fetch again"
    case .deletionsRefused(_, _, let path):
      "the watermark stays; see that the vendor sends everything and fetch again, or, if it is right: "
        + "weir-merge --allow-deletions --redo \(path)"
    case .tooManyOrphans(_, let feed, let parent, _):
      "merge the parents first, weir-merge --feed \(parent), or raise feeds.\(feed).parent.max_orphans; "
        + "then: weir spool release \(feed)"
    case .tooManyRejected(let feed, _, _):
      "the watermark stays; see spool/\(feed)/rejected, and cure the cause or raise feeds.\(feed).rejects; "
        + "then merge the run's end again: weir-merge --redo"
    }
  }

  public var holdName: String? {
    switch self {
    case .badLine: "bad_line"
    case .refused: "refused"
    case .unbalanced: "unbalanced"
    case .tooManyRejected: "too_many_rejected"
    case .tooManyOrphans: "too_many_orphans"
    case .deletionsRefused: "deletions_refused"
    case .unfitTable, .miscounted, .replaced: nil
    }
  }

  public var exitStatus: ExitStatus {
    switch self {
    case .unfitTable: .config
    case .badLine, .refused, .unbalanced, .tooManyRejected, .tooManyOrphans, .deletionsRefused: .dataError
    case .miscounted, .replaced: .temporaryFailure
    }
  }
}
