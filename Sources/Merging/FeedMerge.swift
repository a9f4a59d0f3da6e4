internal import PipelineConfig
internal import Postgres
internal import Spool

extension Pipeline {
  /// Whether several feeds fill a table.
  func isShared(_ table: String) -> Bool { feeds.count { $0.table == table } > 1 }

  /// Whether a feed looks past parents that are marked as deleted. Any feed into their table may mark them.
  func parentMayBeMarked(_ feed: Feed) -> Bool {
    guard let parent = feed.parent, parent.onDelete != .keep else { return false }
    return feeds.contains { $0.table == parent.table && $0.marksRows }
  }
}

/// What one session needs to merge one feed: its tables, checked and made, and its statement.
struct FeedMerge {
  let feed: Feed
  let statement: MergeStatement
  let children: [Feed]
  let question: QuestionTable
  /// The target had rows when the session came to it.
  let hasRows: Bool
  /// A row may be written to the target as it would be to the staging table (``Load``).
  let isLoadable: Bool

  var staging: StagingTable { statement.staging }
  var seen: SeenTable { statement.seen }
  var target: TargetTable { statement.target }

  /// - Throws: ``MergeError/unfitTable(feed:table:reason:hint:)`` or ``PostgresError``.
  init(_ feed: Feed, of pipeline: Pipeline, defect: MergeDefect?, on connection: inout Connection) throws {
    self.feed = feed
    let target = try TargetTable(for: feed, schema: pipeline.database.schema, on: &connection)
    let staging = try StagingTable(for: feed, target: target, on: &connection)
    statement = MergeStatement(
      feed: feed,
      target: target,
      staging: staging,
      seen: SeenTable(for: feed, isShared: pipeline.isShared(feed.table), target: target),
      parentMayBeMarked: pipeline.parentMayBeMarked(feed),
      defect: defect
    )
    try statement.seen.make(like: staging, on: &connection)
    question = try QuestionTable(for: feed, beside: staging, on: &connection)
    let any = "SELECT EXISTS (SELECT FROM \(target.qualified))"
    hasRows = try connection.query(any, while: "look at \(target.qualified)") == [["t"]]
    children = pipeline.childFeeds(of: feed)
    isLoadable =
      try feed.parent == nil && feed.tracking.marks.isEmpty && AscendingKeys.exist(in: feed)
      && target.indifferent.isDisjoint(with: feed.keyColumns.map(\.name))
      && target.takesText(of: feed, on: &connection)
  }

  /// What the statement has to know of a segment beside its rows.
  struct Circumstances {
    /// The run for which the keys are noted; nil when they are not.
    var noting: String?
    /// The segment's run, when a later full run has noted its keys.
    var overtaken: String?
    var isAlone: Bool
    /// The run overrules what earlier ones said.
    var isAuthoritative: Bool
  }

  func circumstances(
    of footer: SegmentFooter,
    isAlone: Bool,
    isAuthoritative: Bool,
    on connection: inout Connection
  ) throws(PostgresError) -> Circumstances {
    let run = footer.run.description
    if try seen.hasLater(than: run, on: &connection) {
      return Circumstances(noting: nil, overtaken: run, isAlone: isAlone, isAuthoritative: isAuthoritative)
    }
    var notes = footer.mode == .full
    if !notes, seen.isShared { notes = try seen.join(run, on: &connection) }
    return Circumstances(
      noting: notes ? run : nil,
      overtaken: nil,
      isAlone: isAlone,
      isAuthoritative: isAuthoritative
    )
  }
}
