internal import PipelineConfig
internal import Spool
internal import Telemetry

extension FetchJob {
  /// The children of the parents that a file or standard input names.
  func children(_ run: FetchWalk, of keys: ParentKeySource) async throws -> FetchSummary {
    let size = BatchSize(most: feed.parent?.batch ?? 1, state: run.learned.batch ?? BatchSize.State())
    defer { LearnedFeed(pageSize: run.flow.pageSize, batch: size.learned).save(feed, in: spool) }
    let walk = BatchWalk(
      feed: feed,
      fetcher: run.fetcher,
      keys: try ParentKeys(keys, feed: feed.name),
      size: size,
      segmentTime: settings.segment.time
    ) { [reporter, feed, counters = run.counters] totals, counts in
      let counts = Self.counts(totals, counts, counters)
      reporter.progress(feed: feed.name, run: "\(run.job.run)", counts: counts, total: nil)
    }
    let counts = try await walk.run()
    let totals = try await run.worker.end { totals, _ in
      // Children of some parents: no watermark, and nothing that was not seen is gone.
      EndOfRun(
        complete: true,
        segments: totals.segments,
        records: totals.records,
        watermark: nil,
        since: nil,
        expected: nil
      )
    }
    return FetchSummary(
      run: run.job.run,
      mode: run.job.start.mode,
      complete: true,
      resumed: false,
      watermark: nil,
      counts: Self.counts(totals, counts, run.counters),
      total: nil
    )
  }

  /// Children are asked for by their parents' keys, of which the feed has to know the field, and the vendor a filter.
  func checkParents() throws(FetchError) {
    if feed.parent != nil, feed.pagination.isOData { return }
    throw FetchError(
      feed: feed.name,
      message: feed.parent == nil
        ? "has no parent whose keys it could be asked by" : "is not OData, so it has no filter by keys",
      hint: "run it without --parent-keys, or give feeds.\(feed.name).parent",
      exitStatus: .config
    )
  }

  private static func counts(
    _ totals: SegmentTotals,
    _ batches: BatchCounts,
    _ counters: FetchCounters
  ) -> [String: Int] {
    var counts = counters.summary(totals, pages: batches.pages)
    counts["parents"] = batches.parents
    counts["batches"] = batches.batches
    return counts
  }
}
