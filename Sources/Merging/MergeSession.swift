internal import PipelineConfig
internal import Postgres
internal import Spool

/// One connection and what was prepared on it. When the connection is lost, so is all of it: a new session begins anew.
final class MergeSession {
  var connection: Connection
  private let pipeline: Pipeline
  private var prepared: [String: FeedMerge] = [:]
  private var policies: [String: AskPolicy] = [:]
  /// Feeds of whose latest segment something was confirmed.
  private var alone: Set<String> = []
  private let asking: AskPolicy.Rule
  /// The latest run for which each table of seen keys was opened.
  private var opened: [String: RunID] = [:]

  init(_ pipeline: Pipeline, asking: AskPolicy.Rule) throws(PostgresError) {
    self.pipeline = pipeline
    self.asking = asking
    connection = try Connection(to: pipeline.database.target, applicationName: "weir-merge")
  }

  /// The feed's tables and statement, made on first use.
  func merge(for feed: Feed) throws -> FeedMerge {
    if let known = prepared[feed.name] { return known }
    let made = try FeedMerge(feed, of: pipeline, on: &connection)
    prepared[feed.name] = made
    policies[feed.name] = AskPolicy(hasRows: made.hasRows, rule: asking)
    return made
  }

  /// Makes a table of seen keys ready for a full run; once for each run.
  func open(_ seen: SeenTable, for run: RunID) throws {
    if opened[seen.feed] == run { return }
    try seen.open(for: run.description, on: &connection)
    opened[seen.feed] = run
  }

  /// What the segments before let expect of the feed's next one.
  func expectation(_ feed: Feed) -> SegmentMerge.Expectation {
    SegmentMerge.Expectation(asks: policies[feed.name]?.asks ?? false, isAlone: alone.contains(feed.name))
  }

  func learn(_ outcome: SegmentMerge.Outcome, of feed: Feed) {
    let entry = outcome.entry
    if entry.confirmed > 0 { alone.insert(feed.name) } else { alone.remove(feed.name) }
    let needed = entry.inserted + entry.updated + entry.orphaned + entry.deleted + entry.refused
    policies[feed.name]?.learn(needed: needed, of: entry.records)
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
