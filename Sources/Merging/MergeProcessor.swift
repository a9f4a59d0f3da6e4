internal import Glibc
internal import JSONText
internal import Logging
public import PipelineConfig
internal import Postgres
public import Spool
public import Telemetry

/// The merge stage: what is done with each staged segment.
///
/// Synchronous: libpq waits for the server in the calling thread, and the program has nothing else to do meanwhile.
public struct MergeProcessor: SegmentProcessor {
  public static let input = QueueName.staged

  private let pipeline: Pipeline
  private let spool: Spool
  private let reporter: Reporter
  private let allowsDeletions: Bool
  private let isAuthoritative: Bool
  private let asking: AskPolicy.Rule
  private let defect: MergeDefect?
  private var session: MergeSession
  /// Before a unit of work is tried again; twice as long before each further time.
  var pause = Duration.seconds(1)

  /// Connects to the database.
  ///
  /// - Parameters:
  ///   - pipeline: The feeds, and where the database is.
  ///   - spool: Where segments are, and where rejected records go.
  ///   - reporter: Hears of what a person should know.
  ///   - allowsDeletions: A person has said that full runs may delete as much as they find vanished; otherwise each
  ///     feed's `deletions` guard it.
  ///   - isAuthoritative: A person has said that what full runs bring counts, whatever stamps earlier runs brought.
  /// - Throws: `PostgresError` when it cannot be reached or refuses.
  public init(
    pipeline: Pipeline,
    spool: Spool,
    reporter: Reporter,
    allowsDeletions: Bool = false,
    isAuthoritative: Bool = false
  ) throws {
    try self.init(
      pipeline,
      spool,
      reporter,
      allowsDeletions: allowsDeletions,
      isAuthoritative: isAuthoritative,
      asking: .whenItPays
    )
  }

  init(
    _ pipeline: Pipeline,
    _ spool: Spool,
    _ reporter: Reporter,
    allowsDeletions: Bool,
    isAuthoritative: Bool = false,
    asking: AskPolicy.Rule,
    defect: MergeDefect? = nil
  ) throws {
    self.defect = defect
    self.allowsDeletions = allowsDeletions
    self.isAuthoritative = isAuthoritative
    self.asking = asking
    session = try MergeSession(pipeline, asking: asking, meter: reporter.meter, defect: defect)
    self.pipeline = pipeline
    self.spool = spool
    self.reporter = reporter
  }

  /// Merges one segment, or acts on a run's end.
  public mutating func process(_ input: InputSegment) throws -> ProcessedSegment {
    let feed = try pipeline.feed(named: input.feed)
    let footer = try SegmentReader.footer(of: input.path)
    guard let end = footer.end else { return try mergeSegment(input, footer, feed) }
    return try endRun(footer, end, feed)
  }

  /// A run's end comes after its segments, and a child after its parents: before them it would be kept and loaded later.
  public func comesAfter(_ input: InputSegment) throws -> Set<String> {
    let feed = try pipeline.feed(named: input.feed)
    let parents = pipeline.feeds.filter { $0.table == feed.parent?.table }.map(\.name)
    let isEnd = try SegmentReader.footer(of: input.path).end != nil
    return Set(isEnd ? parents + [feed.name] : parents)
  }

  private mutating func mergeSegment(
    _ input: InputSegment,
    _ footer: SegmentFooter,
    _ feed: Feed
  ) throws -> ProcessedSegment {
    let (spool, reporter) = (spool, reporter)
    let overrules = isAuthoritative && footer.mode == .full
    let outcome = try repeating { session in
      let merge = try session.merge(for: feed)
      if footer.mode == .full { try session.open(merge.seen, for: footer.run) }
      let children = try session.children(of: merge)
      let segment = SegmentMerge(footer: footer, path: input.path, spool: spool, isAuthoritative: overrules)
      // That it was too slow will not pass: it is not tried again as it was, and not waited for.
      while true {
        let expected = session.expectation(feed, footer.run)
        do {
          let outcome = try segment.run(merge, children: children, expecting: expected, on: &session.connection)
          if !outcome.wasKnown { session.learn(outcome, of: feed) }
          return outcome
        } catch let slow as TooSlow {
          guard let rows = session.retreat(from: slow.rows, of: feed) else { throw slow.error }
          reporter.logger.warning(
            "the database merges too slowly for so many rows in one statement; fewer are tried",
            metadata: ["segment": "\(footer.label)", "rows": "\(slow.rows)", "next": "\(rows)"]
          )
        }
      }
    }
    if outcome.entry.refused > 0, !outcome.wasKnown {
      reporter.logger.warning(
        "PostgreSQL refused records; they are in the spool with its reasons",
        metadata: [
          "segment": "\(footer.label)", "records": "\(outcome.entry.refused)",
          "see": "lz4 -dc \(spool.root)/\(feed.name)/rejected/\(footer.name).merge.ndjson.lz4",
        ]
      )
    }
    if outcome.wasKnown {
      let isSame = outcome.entry.records == footer.records
      reporter.logger.log(
        level: isSame ? .info : .warning,
        isSame ? "already merged" : "already merged with another number of records; nothing was done now",
        metadata: [
          "segment": "\(footer.label)", "records": "\(footer.records)", "merged": "\(outcome.entry.records)",
        ]
      )
    }
    return ProcessedSegment(printed: nil, counts: outcome.entry.counts, footer: footer)
  }

  private mutating func endRun(_ footer: SegmentFooter, _ end: EndOfRun, _ feed: Feed) throws -> ProcessedSegment {
    let others = pipeline.feeds.filter { $0.table == feed.table && $0.name != feed.name }.map {
      SeenTable(for: $0, isShared: true)
    }
    let (spool, allowsDeletions) = (spool, allowsDeletions)
    let outcome = try repeating { session in
      let merge = try session.merge(for: feed)
      let children = try session.children(of: merge)
      return try RunEnd(footer: footer, end: end, spool: spool, allowsDeletions: allowsDeletions).run(
        merge,
        children: children,
        others: others,
        on: &session.connection
      )
    }
    switch outcome {
    case .waiting(let missing):
      let names = missing.prefix(3).map(\.description).joined(separator: ", ")
      reporter.logger.warning(
        "the run's end waits for segments that are not merged yet; find them with: weir spool where SEGMENT",
        metadata: ["feed": "\(feed.name)", "missing": "\(missing.count)", "first": "\(names)"]
      )
      return ProcessedSegment(printed: nil, counts: [:], footer: footer, settled: false)
    case .settled(let report):
      if let failure = report.failure { throw failure }
      try saveState(report, feed: feed.name)
      prune(feed)
      var counts = ["segments": 1]
      if report.adopted > 0 { counts["adopted"] = report.adopted }
      if report.parted > 0 { counts["parted"] = report.parted }
      counts["unseen"] = report.unseen
      counts["vanished"] = report.vanished
      if report.backwards > 0 {
        reporter.logger.warning(
          "records came with older stamps than earlier runs had brought; they were not applied",
          metadata: [
            "feed": "\(feed.name)", "records": "\(report.backwards)",
            "see":
              "if the vendor has turned back: weir-fetch \(feed.name) --full | weir-hash - | weir-stage - | weir-merge --authoritative -",
          ]
        )
      }
      if let doubt = report.doubt, feed.deletions.vanished {
        reporter.logger.warning(
          "no row was deleted: the run does not prove what has vanished",
          metadata: ["feed": "\(feed.name)", "because": "\(doubt)"]
        )
      }
      return ProcessedSegment(printed: nil, counts: counts, footer: footer)
    }
  }

  /// What is old goes. It can wait: a trouble with it is no trouble of the run.
  private func prune(_ feed: Feed) {
    do {
      let history = History(pipeline, try session.merge(for: feed))
      guard let gone = try history.prune(on: &session.connection), gone.values.contains(where: { $0 > 0 }) else {
        return
      }
      let orphans = gone["orphan"] ?? 0
      reporter.logger.log(
        level: orphans > 0 ? .warning : .info,
        orphans > 0 ? "old notes went, and rows that waited for their parents too long" : "old notes went",
        metadata: gone.mapValues { "\($0)" }.merging(["feed": "\(feed.name)"]) { own, _ in own }
      )
    } catch {
      reporter.logger.warning("old notes stay for now", metadata: ["feed": "\(feed.name)", "because": "\(error)"])
    }
  }

  /// Fetch reads the watermark from the spool, since it has no database; what counts is the database's, after COMMIT.
  private func saveState(_ report: RunEnd.Report, feed: String) throws {
    guard let watermark = report.watermark else { return }
    let state = JSONValue.object([
      JSONMember(name: "watermark", value: .string(watermark)), JSONMember(name: "run", value: .string(report.run)),
      JSONMember(name: "mode", value: .string(report.mode)),
    ])
    try spool.saveState(Array(state.encoded.utf8), name: "watermark.json", feed: feed)
  }

  /// Does a unit of work again when what went wrong passes by itself; on a connection of its own if the old one is gone.
  ///
  /// A server that is started again is back after seconds, or minutes when it has much to recover; `database.retry_within`
  /// bounds how long it is waited for.
  private mutating func repeating<Value>(_ work: (MergeSession) throws -> Value) throws -> Value {
    var patience = Patience(first: pause, within: pipeline.database.retryWithin)
    var forRows = Patience(first: pause, within: Self.rowsWithin)
    while true {
      do {
        if session.connection.isBroken {
          session = try MergeSession(
            pipeline,
            asking: asking,
            meter: reporter.meter,
            defect: defect,
            insteadOf: session
          )
        }
        return try work(session)
      } catch let taken as RowsLock.Taken {
        try wait(&forRows, after: taken.error)
      } catch let error as PostgresError where error.isTransient {
        try wait(&patience, after: error)
      }
    }
  }

  /// How long other merges are waited for in all; ``Patience/attemptsMax`` bounds how often.
  private static let rowsWithin = Duration.seconds(86_400)

  /// - Throws: `error` when the patience is at its end.
  private func wait(_ patience: inout Patience, after error: PostgresError) throws {
    guard let wait = patience.next() else { throw error }
    reporter.logger.warning(
      "trying again",
      metadata: ["because": "\(error.message)", "attempt": "\(patience.attempts)"]
    )
    usleep(UInt32(wait / .microseconds(1)))
  }
}
