internal import PipelineConfig
internal import Postgres

extension Pipeline {
  /// Whether several feeds fill a table.
  func isShared(_ table: String) -> Bool { feeds.count { $0.table == table } > 1 }
}

/// What one session needs to merge one feed: its tables, checked and made, and its statement.
struct FeedMerge {
  let feed: Feed
  let statement: MergeStatement
  let children: [Feed]

  var staging: StagingTable { statement.staging }
  var seen: SeenTable { statement.seen }
  var target: TargetTable { statement.target }

  /// - Throws: ``MergeError/unfitTable(feed:table:reason:hint:)`` or ``PostgresError``.
  init(_ feed: Feed, of pipeline: Pipeline, on connection: inout Connection) throws {
    self.feed = feed
    let target = try TargetTable(for: feed, schema: pipeline.database.schema, on: &connection)
    let staging = try StagingTable(for: feed, target: target, on: &connection)
    statement = MergeStatement(
      feed: feed,
      target: target,
      staging: staging,
      seen: SeenTable(for: feed, isShared: pipeline.isShared(feed.table))
    )
    try statement.seen.make(like: staging, on: &connection)
    children = pipeline.childFeeds(of: feed)
  }
}
