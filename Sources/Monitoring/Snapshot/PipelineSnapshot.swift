internal import JSONText
public import PipelineConfig
public import Postgres
public import Spool
internal import Telemetry

/// How a pipeline stands at one moment: what `/metrics`, the dashboard and the webhooks are made of.
public struct PipelineSnapshot: Sendable, Equatable {
  public struct Queue: Sendable, Equatable {
    public var name: QueueName
    /// Segments in each state.
    public var segments: [SegmentState: Int] = [:]
    /// Of the ready segment that was written first, in seconds; nil when none is ready.
    public var oldestReadySeconds: Int?

    public func count(_ state: SegmentState) -> Int { segments[state] ?? 0 }
  }

  public struct Feed: Sendable, Equatable {
    public var name: String
    public var source: String
    public var table: String
    public var hasParents: Bool
    public var queues: [Queue]
    /// Files of rejected records, and the records in them; of more files than ``PipelineSnapshot/rejectedFilesMax`` the
    /// records are not counted.
    public var rejectedFiles: Int
    public var rejectedRecords: Int?
    /// The newest first; empty when there was none, or the database did not tell.
    public var runs: [RunMetrics] = []
    /// Where the next incremental run begins.
    public var watermark: String?

    public func queue(_ name: QueueName) -> Queue { queues.first { $0.name == name } ?? Queue(name: name) }

    /// The newest run that ended well.
    public var lastSuccess: RunMetrics? { runs.first { $0.status == .succeeded || $0.status == .missed } }
  }

  public struct SourceStand: Sendable, Equatable {
    public var name: String
    public var state: SourceState
    public var breaker: SourceState.Breaker
    /// Until the breaker lets trials through.
    public var openSeconds: Double
    /// Until the vendor may be asked again, as it said itself.
    public var heldSeconds: Double
    public var limits: [(name: String, count: Double)]

    public static func == (left: Self, right: Self) -> Bool {
      left.name == right.name && left.state == right.state && left.breaker == right.breaker
        && left.openSeconds == right.openSeconds && left.heldSeconds == right.heldSeconds
        && left.limits.elementsEqual(right.limits) { $0 == $1 }
    }
  }

  /// Milliseconds since 1970.
  public var time: Int
  public var feeds: [Feed]
  public var sources: [SourceStand]
  public var spoolBytes: Int?
  /// Why what only the database knows is missing; nil when it answered.
  public var databaseTrouble: String?

  /// Files whose footers are read to count rejected records: as many as are read in a tenth of a second.
  public static let rejectedFilesMax = 500
  /// Past runs of a feed that are looked at.
  public static let runsMax = 60
}

extension PipelineSnapshot {
  /// Nothing is known of the pipeline.
  public init(emptyAt time: Int) { self.init(time: time, feeds: [], sources: []) }

  /// Looks into the spool and asks the database. Waits in the calling thread.
  ///
  /// - Throws: `SpoolError`. A database that does not answer is no error: ``databaseTrouble`` says it.
  public static func take(of pipeline: Pipeline, _ spool: Spool, _ target: DatabaseTarget) throws -> PipelineSnapshot {
    let now = WallClock.milliseconds()
    var feeds = try pipeline.feedsInOrder.map { try Feed($0, in: spool, nowSeconds: now / 1000) }
    var trouble: String?
    do {
      let runs = try RunHistory.latest(runsMax, of: feeds.map(\.name), in: target)
      for index in feeds.indices { feeds[index].runs = runs[feeds[index].name] ?? [] }
    } catch { trouble = "\(error)" }
    let sources = try pipeline.sources.map { source in
      SourceStand(source, try spool.sourceState(source.name) ?? SourceState(), now: now)
    }
    return PipelineSnapshot(time: now, feeds: feeds, sources: sources, databaseTrouble: trouble)
  }
}

extension PipelineSnapshot.Feed {
  init(_ feed: PipelineConfig.Feed, in spool: Spool, nowSeconds: Int) throws {
    name = feed.name
    source = feed.source.name
    table = feed.table
    hasParents = feed.parent != nil
    queues = try QueueName.allCases.map {
      try PipelineSnapshot.Queue($0, of: feed.name, in: spool, nowSeconds: nowSeconds)
    }
    let rejected = try spool.rejected(feed: feed.name)
    rejectedFiles = rejected.count
    if rejected.count <= PipelineSnapshot.rejectedFilesMax {
      rejectedRecords = rejected.reduce(0) { $0 + ((try? SegmentReader.footer(of: $1.path))?.records ?? 0) }
    }
    let state = try spool.loadState("watermark.json", feed: feed.name)
    watermark = state.flatMap { try? JSONValue(parsing: $0)["watermark"]?.text }
  }
}

extension PipelineSnapshot.Queue {
  init(_ name: QueueName, of feed: String, in spool: Spool, nowSeconds: Int) throws {
    self.init(name: name)
    let queue = try spool.queue(name, feed: feed)
    for state in SegmentState.allCases {
      let names = try queue.segments(in: state)
      segments[state] = names.count
      guard state == .ready, !names.isEmpty else { continue }
      oldestReadySeconds = queue.stored(names.prefix(1), in: .ready).first.map { max(0, nowSeconds - $0.writtenAt) }
    }
  }
}

extension PipelineSnapshot.SourceStand {
  init(_ source: Source, _ state: SourceState, now: Int) {
    name = source.name
    self.state = state
    breaker = state.breaker(at: now)
    openSeconds = max(0, Double(state.openUntil - now) / 1000)
    heldSeconds = max(0, Double(state.heldUntil - now) / 1000)
    let given = [
      ("second", source.limits.perSecond), ("minute", source.limits.perMinute.map(Double.init)),
      ("hour", source.limits.perHour.map(Double.init)), ("day", source.limits.perDay.map(Double.init)),
    ]
    limits = given.compactMap { name, count in count.map { (name, $0) } }
  }
}
