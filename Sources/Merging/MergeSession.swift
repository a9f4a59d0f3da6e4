internal import PipelineConfig
internal import Postgres

/// One connection and what was prepared on it. When the connection is lost, so is all of it: a new session begins anew.
final class MergeSession {
  var connection: Connection
  private let pipeline: Pipeline
  private var prepared: [String: FeedMerge] = [:]

  init(_ pipeline: Pipeline) throws(PostgresError) {
    self.pipeline = pipeline
    connection = try Connection(to: pipeline.database.target, applicationName: "weir-merge")
  }

  /// The feed's tables and statement, made on first use.
  func merge(for feed: Feed) throws -> FeedMerge {
    if let known = prepared[feed.name] { return known }
    let made = try FeedMerge(feed, of: pipeline, on: &connection)
    prepared[feed.name] = made
    return made
  }

  /// Adoptions that a segment of this feed may bring: of the child feeds that have orphans now.
  ///
  /// An orphan that is kept while the segment is being merged is found at the end of its own run.
  func adoptions(for merge: FeedMerge) throws -> [Adoption] {
    guard !merge.children.isEmpty else { return [] }
    let waiting = try connection.query("SELECT DISTINCT feed FROM weir.orphan", while: "look for orphans")
    var adoptions: [Adoption] = []
    for child in merge.children where waiting.contains([child.name]) {
      adoptions.append(Adoption(statement: try self.merge(for: child).statement))
    }
    return adoptions
  }
}
