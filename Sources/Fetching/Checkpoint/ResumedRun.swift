internal import FoundationEssentials
internal import JSONText
internal import PipelineConfig
internal import Spool

/// A run that begins, or one that goes on where it was stopped.
struct ResumedRun {
  var run: RunID
  var start: RunStart
  /// With what holds, and nothing that was about to.
  var checkpoint: Checkpoint
  var isResumed: Bool

  /// Finds out whether the feed's last run is to be gone on with: it did not come to its end, is not too old, asked for
  /// the same, and nothing has been completed since. If so, publishes what it had not published.
  ///
  /// - Throws: `SpoolError`.
  static func find(
    _ feed: Feed,
    options: FetchOptions,
    fresh: RunStart,
    queue: SpoolQueue,
    spool: Spool,
    settings: SpoolSettings,
    secrets: KnownSecrets
  ) throws(SpoolError) -> ResumedRun {
    let now = Date.now.milliseconds
    let identity = Checkpoint.identity(of: feed)
    /// Whether a checkpoint may be gone on from, at a position.
    func isGood(_ found: Checkpoint, at position: JSONValue) -> Bool {
      guard found.feed == identity, found.saved == fresh.saved,
        now - found.written <= feed.resumeWithin.milliseconds, isSame(found, options: options, fresh: fresh)
      else { return false }
      // The paginator of a changed program may know the position no more.
      guard let query = try? FeedQuery(feed, since: found.since) else { return false }
      if let windows = feed.windows(since: found.since, options) {
        var plan = WindowPlan(query, windows, now: now / 1000)
        return plan.restore(position)
      }
      var paginator = Paginator(query)
      return paginator.restore(position)
    }
    func resumed(_ found: Checkpoint) -> ResumedRun {
      var start = fresh
      (start.mode, start.since) = (found.mode, found.since)
      return ResumedRun(run: found.run, start: start, checkpoint: found, isResumed: true)
    }
    if options.resume, options.limit == nil, options.parentKeys == nil {
      var found = try Checkpoint.load(feed.name, in: spool)
      if let stand = try found?.stand(in: queue) {
        found?.before = stand
        found?.after = nil
      }
      if let left = try LeftPages.find(feed.name, in: spool), left.follows(found),
        isGood(left.checkpoint, at: left.position)
      {
        let writer = CheckpointWriter(left.checkpoint, feed: feed, spool: spool, secrets: secrets)
        if let behind = try left.publish(feed, queue: queue, settings: settings, writer: writer) {
          return resumed(behind)
        }
      }
      if let found, isGood(found, at: found.before.position) { return resumed(found) }
    }
    let run = RunID.make()
    var fresh = fresh
    if options.parentKeys != nil { (fresh.mode, fresh.since) = (.incremental, nil) }
    let checkpoint = Checkpoint(
      run: run,
      mode: fresh.mode,
      since: fresh.since,
      saved: fresh.saved,
      written: now,
      feed: identity,
      before: Checkpoint.Stand(position: .null)
    )
    return ResumedRun(run: run, start: fresh, checkpoint: checkpoint, isResumed: false)
  }

  /// Who asks for nothing in particular goes on with whatever there is; `--full` with a full run, `--since` with that
  /// beginning.
  private static func isSame(_ found: Checkpoint, options: FetchOptions, fresh: RunStart) -> Bool {
    if options.full { return found.mode == .full }
    if options.since != nil { return found.since == fresh.since }
    return true
  }
}

extension ResumedRun {
  /// The parts that the run is cut into; nil when it is one walk.
  func windows(of feed: Feed, _ options: FetchOptions) -> BackfillWindows? { feed.windows(since: start.since, options) }
}

extension Feed {
  /// Only a run that asks for everything is cut: a limit means the first records.
  fileprivate func windows(since: String?, _ options: FetchOptions) -> BackfillWindows? {
    since == nil && options.limit == nil && options.parentKeys == nil ? pagination.windows : nil
  }
}
