internal import JSONText
internal import PipelineConfig
internal import Postgres
internal import Spool
internal import Telemetry

/// One connection and what was prepared on it. When the connection is lost, so is all of it: a new session begins anew.
final class MergeSession {
  var connection: Connection
  private let pipeline: Pipeline
  private var prepared: [String: FeedMerge] = [:]
  /// By feed, as the paces; a session that takes another's place takes both over.
  private var policies: [String: AskPolicy] = [:]
  private var paces: [String: Pace] = [:]
  /// Feeds of whose latest segment something was confirmed.
  private var alone: Set<String> = []
  private let asking: AskPolicy.Rule
  private let defect: MergeDefect?
  /// The latest run for which each table of seen keys was opened.
  private var opened: [String: RunID] = [:]

  init(
    _ pipeline: Pipeline,
    asking: AskPolicy.Rule,
    meter: Meter,
    defect: MergeDefect?,
    insteadOf lost: MergeSession? = nil
  ) throws(PostgresError) {
    paces = lost?.paces ?? [:]
    policies = lost?.policies.mapValues { $0.afterLoss } ?? [:]
    self.pipeline = pipeline
    self.defect = defect
    self.asking = asking
    let database = pipeline.database
    connection = try Connection(
      to: database.target,
      applicationName: "weir-merge",
      limits: SessionLimits(statement: database.statementTimeout, copy: database.copyTimeout)
    )
    try connection.requireOwnProcess(of: database.target)
    connection.observer = { time, isFailed in meter.record(.query, time, failure: isFailed ? "failed" : nil) }
  }

  /// The feed's tables and statement, made on first use.
  func merge(for feed: Feed) throws -> FeedMerge {
    if let known = prepared[feed.name] { return known }
    let made = try FeedMerge(feed, of: pipeline, defect: defect, on: &connection)
    prepared[feed.name] = made
    if policies[feed.name] == nil { policies[feed.name] = AskPolicy(hasRows: made.hasRows, rule: asking) }
    return made
  }

  /// Makes a table of seen keys ready for a full run; once for each run.
  func open(_ seen: SeenTable, for run: RunID) throws {
    if opened[seen.feed] == run { return }
    try seen.open(for: run.description, on: &connection)
    opened[seen.feed] = run
  }

  /// What the segments before let expect of the feed's next one, of this run.
  func expectation(_ feed: Feed, _ run: RunID) -> SegmentMerge.Expectation {
    policies[feed.name]?.begin(run)
    let policy = policies[feed.name]
    return SegmentMerge.Expectation(
      asks: policy?.asks ?? false,
      compares: policy?.compares ?? false,
      loads: policy?.loads ?? false,
      isAlone: alone.contains(feed.name),
      rowsMax: pace(feed).rowsMax
    )
  }

  private func pace(_ feed: Feed) -> Pace {
    paces[feed.name] ?? Pace(within: pipeline.database.statementTimeout)
  }

  /// So many rows of a feed were too much for one statement.
  ///
  /// - Returns: How many are tried next; nil when it was one row.
  func retreat(from rows: Int, of feed: Feed) -> Int? {
    var pace = pace(feed)
    defer { paces[feed.name] = pace }
    return pace.retreat(from: rows)
  }

  func learn(_ outcome: SegmentMerge.Outcome, of feed: Feed) {
    if outcome.entry.confirmed > 0 { alone.insert(feed.name) } else { alone.remove(feed.name) }
    policies[feed.name]?.learn(outcome.entry, wasRefused: outcome.wasRefused, compared: outcome.compared)
    var pace = pace(feed)
    pace.learn(rows: outcome.pace.rows, took: outcome.pace.took)
    paces[feed.name] = pace
  }

  /// What a segment of this feed may bring or take away in the feeds below it: those that have orphans now, and those
  /// whose rows go with their parents.
  ///
  /// An orphan that is kept while the segment is being merged is found at the end of its own run.
  func children(of merge: FeedMerge) throws -> [ChildMerge] {
    guard !merge.children.isEmpty else { return [] }
    let waiting = try connection.query(
      """
      SELECT f.name FROM json_array_elements_text($1) AS f (name)
      WHERE EXISTS (SELECT FROM weir.orphan o WHERE o.feed = f.name)
      """,
      parameters: [JSONValue.array(below(merge.feed).map { .string($0.name) }).encoded],
      while: "look for orphans"
    )
    return try children(of: merge, waiting: Set(waiting.compactMap { $0[0] }))
  }

  private func children(of merge: FeedMerge, waiting: Set<String>) throws -> [ChildMerge] {
    try merge.children.compactMap { feed in
      let isConcerned = ([feed] + below(feed)).contains { feed in
        waiting.contains(feed.name) || feed.parent.map { $0.onDelete != .keep } ?? false
      }
      guard isConcerned else { return nil }
      let child = try self.merge(for: feed)
      return ChildMerge(merge: child, children: try children(of: child, waiting: waiting))
    }
  }

  /// The feeds below a feed, however deep; links in a circle were refused when pipeline.json was read.
  private func below(_ feed: Feed) -> [Feed] {
    pipeline.childFeeds(of: feed).flatMap { [$0] + below($0) }
  }
}
