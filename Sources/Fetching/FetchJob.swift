internal import FoundationEssentials
internal import NIOCore
public import PipelineConfig
public import Spool
public import SystemPackage
public import Telemetry

/// One run of one feed: asks the vendor for its records and publishes them as segments in the queue `fetched`.
///
/// Ends with an end segment when the pages were read to their end or to the limit. When it fails there is none: what was
/// published stays, is merged, and the watermark stays where it was.
public struct FetchJob: Sendable {
  private let feed: Feed
  private let settings: SpoolSettings
  private let spool: Spool
  private let reporter: Reporter
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
    guard let lock = try spool.lockFeed(feed.name, purpose: "fetch") else {
      throw FetchError(
        feed: feed.name,
        message: "another fetch of this feed is running",
        hint: "wait for it to end; one runs at a time",
        exitStatus: .temporaryFailure
      )
    }
    let saved = try RunStart.savedWatermark(feed, options: options, in: spool)
    let start = try RunStart(feed, options: options, saved: saved)
    let query = try FeedQuery(feed, since: start.since)
    let run = RunID.make()
    let messages = VendorMessage(secrets: KnownSecrets(of: feed))
    let worker = PageWorker(
      lock: lock,
      splitter: PageSplitter(PageShape(feed), messages: messages),
      segments: SegmentSeries(
        feed,
        run: run,
        mode: start.mode,
        queue: try spool.queue(.fetched, feed: feed.name),
        settings: settings,
        published: published
      )
    )
    let client = VendorClient(
      feed.source,
      origin: query.base.origin,
      preferences: feed.pagination.preferences,
      messages: messages
    )
    do {
      let summary = try await walk(run, start, query, worker, client)
      await client.shutdown()
      return summary
    } catch {
      await client.shutdown()
      throw error
    }
  }
}

extension FetchJob {
  private func walk(
    _ run: RunID,
    _ start: RunStart,
    _ query: FeedQuery,
    _ worker: PageWorker,
    _ client: VendorClient
  ) async throws -> FetchSummary {
    let counters = FetchCounters()
    let retrying = Retrying(
      feed: feed,
      pacer: Pacer(perSecond: feed.source.limits.perSecond),
      counters: counters,
      logger: reporter.logger
    )
    let since = start.since.map { "newer than \($0)" } ?? "everything"
    reporter.started(feed: feed.name, run: "\(run)", message: "asking \(query.base.shown) for \(since)")
    var walk = PageWalk(
      query,
      fetcher: PageFetcher(client: client, worker: worker, retrying: retrying),
      worker: worker,
      limit: options.limit,
      segmentTime: settings.segment.time
    ) { [reporter, feed, limit = options.limit] totals, paginator in
      let expected = limit.map { min($0, paginator.expected ?? $0) } ?? paginator.expected
      let counts = Self.counts(totals, pages: paginator.pagesRead, counters)
      reporter.progress(feed: feed.name, run: "\(run)", counts: counts, total: expected)
    }
    try await walk.run()

    let (complete, expected) = (walk.isComplete, walk.expected)
    let (isOneMoment, began) = (walk.pages == 1, walk.began ?? .now)
    var watermark: String?
    let totals = try await worker.end { totals, versions in
      if complete, let cursor = feed.cursor, let versions {
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
    return FetchSummary(
      run: run,
      mode: start.mode,
      complete: complete,
      watermark: watermark,
      counts: Self.counts(totals, pages: walk.pages, counters),
      total: expected
    )
  }

  private static func counts(_ totals: SegmentTotals, pages: Int, _ counters: FetchCounters) -> [String: Int] {
    [
      "pages": pages,
      "records": totals.records,
      "bytes": totals.bytes,
      "segments": totals.segments,
      "requests": counters.requests,
      "retries": counters.retries,
    ]
  }
}

extension Pagination {
  /// What goes into the header `Prefer` (OData 4.01 Protocol §8.2.8.6).
  fileprivate var preferences: String? {
    switch self {
    case .odata(let pageSize): "odata.maxpagesize=\(pageSize)"
    case .pageNumber: nil
    }
  }
}
