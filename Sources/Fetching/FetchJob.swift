internal import FoundationEssentials
internal import NIOCore
public import PipelineConfig
public import Spool
public import SystemPackage
public import Telemetry

/// One run of one feed: asks the vendor for its records and publishes them as segments in the queue `fetched`.
///
/// Ends with an end segment when the pages were read to their end or to the limit. When it fails there is none: what
/// was published stays, is merged, and the watermark stays where it was.
public struct FetchJob: Sendable {
  let feed: Feed
  let settings: SpoolSettings
  let spool: Spool
  let reporter: Reporter
  private let options: FetchOptions
  private let published: @Sendable (FilePath) -> Void

  /// `published` is told each segment's path as soon as the segment is in `ready`, the end segment's last.
  public init(
    feed: Feed,
    pipeline: Pipeline,
    spool: Spool,
    reporter: Reporter,
    options: FetchOptions = FetchOptions(),
    published: @escaping @Sendable (FilePath) -> Void
  ) {
    self.feed = feed
    settings = pipeline.spool
    self.spool = spool
    self.reporter = reporter
    self.options = options
    self.published = published
  }

  /// Fetches until the end, the limit or a failure.
  ///
  /// - Throws: ``FetchError``, `SpoolError`, `CancellationError`.
  public func run() async throws -> FetchSummary {
    if let limit = options.limit, limit < 1 {
      throw FetchError(
        feed: feed.name,
        message: "a limit of \(limit) records",
        hint: "give --limit 1 or more",
        exitStatus: .usage
      )
    }
    guard let lock = try await lock() else {
      throw FetchError(
        feed: feed.name,
        message: "another fetch of this feed is running",
        hint: "wait for it to end; one runs at a time",
        exitStatus: .temporaryFailure
      )
    }
    let saved = try RunStart.savedWatermark(feed, options: options, in: spool)
    let fresh = try RunStart(feed, options: options, saved: saved)
    let queue = try spool.queue(.fetched, feed: feed.name)
    let secrets = KnownSecrets(of: feed)
    let messages = VendorMessage(secrets: secrets)
    if options.parentKeys != nil { try checkParents() }
    let job = try ResumedRun.find(
      feed,
      options: options,
      fresh: fresh,
      queue: queue,
      spool: spool,
      settings: settings,
      secrets: secrets
    )
    let query = try FeedQuery(feed, since: job.start.since)
    let canResume = options.limit == nil && options.parentKeys == nil
    let writer = canResume ? CheckpointWriter(job.checkpoint, feed: feed, spool: spool, secrets: secrets) : nil
    let journal = canResume ? try PageJournal(feed.name, spool: spool, secrets: secrets) : nil
    let pressure = PressureGauge(spool, feed: feed.name)
    let worker = PageWorker(
      lock: lock,
      feed: feed,
      messages: messages,
      segments: SegmentSeries(
        feed,
        run: job.run,
        mode: job.start.mode,
        queue: queue,
        settings: settings,
        room: RoomWait(feed, in: spool, settings: settings, logger: reporter.logger, meter: reporter.meter),
        pressure: pressure,
        stand: job.checkpoint.before,
        checkpoint: writer,
        journal: journal,
        published: published
      )
    )
    // What the stopped run had published and nobody took yet; its paths were told to a program that is gone.
    if job.isResumed {
      for name in try queue.segments(in: .ready) where name.run == job.run {
        published(queue.path(of: name, in: .ready))
      }
    }
    let client = try VendorClient(feed.source, origin: query.base.origin, messages: messages, feed: feed.name)
    do {
      let walk = try prepare(job, query, worker, client, secrets, pressure)
      // All that a run decides goes on where its pages are taken apart and written; only the network has threads of its own.
      let summary = try await withTaskExecutorPreference(worker.executor) {
        if let keys = options.parentKeys { try await children(walk, of: keys) } else { try await pages(walk) }
      }
      await client.shutdown()
      await worker.release()
      return summary
    } catch {
      await client.shutdown()
      // What came is good, and the next run goes on behind it.
      try? await worker.suspend(forGood: (error as? FetchError)?.startsAnew == true)
      await worker.release()
      throw error
    }
  }
}

/// What the walks of a run have in common.
struct FetchWalk: Sendable {
  let job: ResumedRun
  let query: FeedQuery
  let fetcher: PageFetcher
  let learned: LearnedFeed
  /// What the vendor answered to the same question before.
  let known: KnownAnswer?
  /// With the tokens that the vendor gave during the run.
  let secrets: KnownSecrets

  var worker: PageWorker { fetcher.worker }
  var flow: FlowControl { fetcher.retrying.flow }
  var counters: FetchCounters { fetcher.retrying.counters }
}

extension FetchJob {
  /// Tries for a moment: what a fetch that has just ended had started may hold its lock for as long as it takes to
  /// begin.
  private func lock() async throws -> FeedLock? {
    for _ in 0..<10 {
      if let lock = try spool.lockFeed(feed.name, purpose: "fetch") { return lock }
      try await Task.sleep(for: .milliseconds(20))
    }
    return try spool.lockFeed(feed.name, purpose: "fetch")
  }

  private func prepare(
    _ job: ResumedRun,
    _ query: FeedQuery,
    _ worker: PageWorker,
    _ client: VendorClient,
    _ secrets: KnownSecrets,
    _ pressure: PressureGauge
  ) throws -> FetchWalk {
    reporter.meter.set(Meter.isFullRun, to: job.start.mode == .full ? 1 : 0)
    let learned = try LearnedFeed.load(feed, in: spool)
    let retrying = Retrying(
      feed: feed,
      gate: try SourceGate(feed.source, in: spool, logger: reporter.logger, meter: reporter.meter),
      flow: FlowControl(
        concurrency: feed.source.limits.concurrency,
        pageSizeMax: feed.pagination.pageSize,
        pageSize: learned.pageSize,
        pressure: { pressure.level }
      ),
      counters: FetchCounters(),
      logger: reporter.logger,
      meter: reporter.meter
    )
    let since = job.start.since.map { "newer than \($0)" } ?? "everything"
    let resumed = job.isResumed ? ", going on behind \(job.checkpoint.before.totals.records) records" : ""
    reporter.started(feed: feed.name, run: "\(job.run)", message: "asking \(query.base.shown) for \(since)\(resumed)")
    let fetcher = PageFetcher(feed: feed, client: client, worker: worker, retrying: retrying)
    let known = job.start.mode == .incremental && !job.isResumed ? try KnownAnswer.load(feed, in: spool) : nil
    return FetchWalk(job: job, query: query, fetcher: fetcher, learned: learned, known: known, secrets: secrets)
  }

  /// A backfill may be cut into parts; what is newer than a watermark is read in its order.
  private func walk(_ run: FetchWalk, _ progress: @escaping WalkProgress) -> any FeedWalk {
    let began = run.job.checkpoint.began.map { Date(timeIntervalSince1970: Double($0) / 1000) }
    guard let windows = run.job.windows(of: feed, options) else {
      return PageWalk(
        run.query,
        fetcher: run.fetcher,
        worker: run.worker,
        limit: options.limit,
        segmentTime: settings.segment.time,
        stand: run.job.checkpoint.before,
        began: began,
        known: run.known,
        progress: progress
      )
    }
    return WindowedWalk(
      run.query,
      windows,
      fetcher: run.fetcher,
      segmentTime: settings.segment.time,
      stand: run.job.checkpoint.before,
      began: began,
      progress: progress
    )
  }

  /// All pages of the feed, from the beginning or from where a run stopped.
  private func pages(_ run: FetchWalk) async throws -> FetchSummary {
    let (job, start) = (run.job, run.job.start)
    var walk = walk(run) { [reporter, feed, limit = options.limit, counters = run.counters] totals, pages, expected in
      let counts = counters.summary(totals, pages: pages)
      let total = limit.map { min($0, expected ?? $0) } ?? expected
      reporter.progress(feed: feed.name, run: "\(job.run)", counts: counts, total: total)
    }
    defer { LearnedFeed(pageSize: run.flow.pageSize).save(feed, in: spool) }
    try await walk.run()

    let (complete, expected) = (walk.isComplete, walk.expected)
    let (isOneMoment, isInOrder, began) = (walk.pages == 1, walk.isInOrder, walk.began ?? .now)
    var watermark: String?
    let totals = try await run.worker.end { totals, versions in
      if complete, let cursor = feed.cursor, var versions {
        if !isInOrder { versions.isAscending = false }
        watermark = Watermark.after(start, cursor: cursor, versions: versions, isOneMoment: isOneMoment, began: began)
      }
      return EndOfRun(
        complete: complete,
        segments: totals.segments,
        records: totals.records,
        watermark: watermark,
        since: start.since,
        expected: expected
      )
    }
    // One answer was the whole run: the next one that asks the same may be told that it still is.
    if complete, isOneMoment, !job.isResumed, start.mode == .incremental, let (address, tag) = walk.firstAnswer,
      KnownAnswer.isTag(tag), !run.secrets.stand(in: Array(tag.utf8))
    {
      KnownAnswer(run: job.run, address: KnownAnswer.digest(of: address), tag: tag).save(feed, in: spool)
    }
    return FetchSummary(
      run: job.run,
      mode: start.mode,
      complete: complete,
      resumed: job.isResumed,
      watermark: watermark,
      counts: run.counters.summary(totals, pages: walk.pages),
      total: expected
    )
  }
}
