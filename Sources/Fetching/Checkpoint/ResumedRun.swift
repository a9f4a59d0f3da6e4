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

  /// Finds out whether the feed's last run is to be gone on with: it did not come to its end, is not too old, asked for the
  /// same, and nothing has been completed since.
  ///
  /// - Throws: `SpoolError`.
  static func find(
    _ feed: Feed,
    options: FetchOptions,
    fresh: RunStart,
    queue: SpoolQueue,
    spool: Spool
  ) throws(SpoolError) -> ResumedRun {
    let now = Int(Date.now.timeIntervalSince1970 * 1000)
    let identity = Checkpoint.identity(of: feed)
    if options.resume, options.limit == nil, options.parentKeys == nil,
      var found = try Checkpoint.load(feed.name, in: spool), found.feed == identity,
      found.saved == fresh.saved, now - found.written <= Int(feed.resumeWithin / .milliseconds(1)),
      isSame(found, options: options, fresh: fresh)
    {
      (found.before, found.after) = (try found.stand(in: queue), nil)
      // The paginator of a changed program may know the position no more.
      var paginator = (try? FeedQuery(feed, since: found.since)).map { Paginator($0) }
      if paginator?.restore(found.before.position) == true {
        var start = fresh
        (start.mode, start.since) = (found.mode, found.since)
        return ResumedRun(run: found.run, start: start, checkpoint: found, isResumed: true)
      }
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

  /// Who asks for nothing in particular goes on with whatever there is; `--full` with a full run, `--since` with that beginning.
  private static func isSame(_ found: Checkpoint, options: FetchOptions, fresh: RunStart) -> Bool {
    if options.full { return found.mode == .full }
    if options.since != nil { return found.since == fresh.since }
    return true
  }
}
