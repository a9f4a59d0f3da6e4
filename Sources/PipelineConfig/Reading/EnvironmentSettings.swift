internal import JSONText

/// Settings by which the environment overrides the file, for every source or feed alike.
///
/// The names are those that operators of other sync programs know; what is empty counts as not set.
///
///     RPS               sources.*.limits.per_second
///     CONCURRENCY       sources.*.limits.concurrency
///     MAX_RETRIES       sources.*.retry.attempts, less the first one
///     PAGE_SIZE         feeds.*.pagination.page_size
///     BATCH_SIZE        spool.segment.records: a segment is one batch to the database
///     PARALLEL_BATCHES  database.parallel_batches
///     SYNC_INTERVAL     schedule.every, read with the schedule
struct EnvironmentSettings {
  private var perSecond: Double?
  private var concurrency: Int?
  private var attempts: Int?
  private var pageSize: Int?
  private var batchSize: Int?
  private var parallelBatches: Int?

  /// - Returns: What is set; what does not fit is a problem that names the variable.
  static func read(_ context: ConfigContext) -> EnvironmentSettings {
    func value(_ name: String) -> ConfigValue? {
      guard context.environment[name]?.isEmpty == false else { return nil }
      return ConfigValue(.string("${\(name)}"), path: ConfigPath(description: "$\(name)"), context: context)
    }
    var settings = EnvironmentSettings()
    settings.perSecond = value("RPS")?.number(in: Source.Limits.perSecondBounds, "requests a second")
    settings.concurrency = value("CONCURRENCY")?.integer(in: Source.Limits.concurrencyBounds, "requests at once")
    let attempts = Source.Retry.attemptsBounds
    settings.attempts = value("MAX_RETRIES")?
      .integer(in: attempts.lowerBound - 1...attempts.upperBound - 1, "tries after the first")
      .map { $0 + 1 }
    settings.pageSize = value("PAGE_SIZE")?.integer(in: 1...Pagination.pageSizeMax, "records a page")
    settings.batchSize = value("BATCH_SIZE")?.integer(in: SegmentLimits.recordsBounds, "records")
    settings.parallelBatches = value("PARALLEL_BATCHES")?
      .integer(in: DatabaseSettings.parallelBatchesBounds, "batches at once")
    return settings
  }

  func applied(to source: Source) -> Source {
    var source = source
    if let perSecond { source.limits.perSecond = perSecond }
    if let concurrency { source.limits.concurrency = concurrency }
    if let attempts { source.retry.attempts = attempts }
    return source
  }

  func applied(to feed: Feed) -> Feed {
    var feed = feed
    if let pageSize { feed.pagination.pageSize = pageSize }
    return feed
  }

  func applied(to spool: SpoolSettings) -> SpoolSettings {
    var spool = spool
    if let batchSize { spool.segment.records = batchSize }
    return spool
  }

  func applied(to database: DatabaseSettings) -> DatabaseSettings {
    var database = database
    if let parallelBatches { database.parallelBatches = parallelBatches }
    return database
  }
}
