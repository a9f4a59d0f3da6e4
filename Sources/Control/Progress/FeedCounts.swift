public import Spool

/// What became of a feed's records: read from the totals that its four programs say.
///
/// Of a run that ended well, fetched = inserted + updated + unchanged + superseded + orphaned + deleted + rejected.
public struct FeedCounts: Sendable, Equatable {
  public var pages = 0
  public var requests = 0
  public var retries = 0
  /// Segments that fetch has published, the end segment among them.
  public var segments = 0
  /// Of the vendor's answers, decompressed.
  public var bytes = 0
  public var fetched = 0
  public var inserted = 0
  public var updated = 0
  public var unchanged = 0
  /// A newer version of the same key was there: in the segment, or in the table.
  public var superseded = 0
  /// Kept until a merge of the parent's feed brings their parent.
  public var orphaned = 0
  /// Kept rows of children that this run's parents have let in; they are no part of `fetched`.
  public var adopted = 0
  /// Deletions that the vendor told of.
  public var deleted = 0
  /// Put aside with the reason, by hash, stage or merge.
  public var rejected = 0
  /// Rows marked or removed because a complete full run did not bring them; nil when that was not asked or not known.
  public var vanished: Int?
  /// Rows of the table that a complete full run did not see; nil when the run cannot know.
  public var unseen: Int?

  public init() {}

  /// - Parameter totals: Each program's last totals.
  public init(_ totals: [StageName: [String: Int]]) {
    func count(_ stage: StageName, _ name: String) -> Int { totals[stage]?[name] ?? 0 }
    pages = count(.fetch, "pages")
    requests = count(.fetch, "requests")
    retries = count(.fetch, "retries")
    segments = count(.fetch, "segments")
    bytes = count(.fetch, "bytes")
    fetched = count(.fetch, "records")
    inserted = count(.merge, "inserted")
    updated = count(.merge, "updated")
    unchanged = count(.merge, "unchanged")
    superseded = count(.hash, "repeated") + count(.stage, "superseded") + count(.merge, "superseded")
    orphaned = count(.merge, "orphaned")
    adopted = count(.merge, "adopted")
    rejected = count(.hash, "rejected") + count(.stage, "rejected") + count(.merge, "rejected")
    deleted = count(.merge, "deleted")
    vanished = totals[.merge]?["vanished"]
    unseen = totals[.merge]?["unseen"]
  }

  /// Records that found their place in the database.
  public var placed: Int { inserted + updated + unchanged + superseded + orphaned + deleted }

  /// Records whose fate is known, good or bad.
  public var settled: Int { placed + rejected }

  /// Share of the fetched records that found their place, 0…1; nil when nothing was fetched.
  public var successRate: Double? {
    fetched > 0 ? Double(min(placed, fetched)) / Double(fetched) : nil
  }

  /// Counts of several feeds together. Unseen rows are added where they are known.
  public static func + (left: Self, right: Self) -> Self {
    var sum = left
    sum.pages += right.pages
    sum.requests += right.requests
    sum.retries += right.retries
    sum.segments += right.segments
    sum.bytes += right.bytes
    sum.fetched += right.fetched
    sum.inserted += right.inserted
    sum.updated += right.updated
    sum.unchanged += right.unchanged
    sum.superseded += right.superseded
    sum.orphaned += right.orphaned
    sum.adopted += right.adopted
    sum.deleted += right.deleted
    sum.rejected += right.rejected
    if let vanished = right.vanished { sum.vanished = (left.vanished ?? 0) + vanished }
    if let unseen = right.unseen { sum.unseen = (left.unseen ?? 0) + unseen }
    return sum
  }
}
