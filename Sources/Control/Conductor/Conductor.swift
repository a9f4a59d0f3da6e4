public import PipelineConfig
public import Spool
internal import Synchronization
internal import SystemPackage
internal import Telemetry

/// Runs feeds, parents before children, each as `weir-fetch F | weir-hash - | weir-stage - | weir-merge -`.
///
/// The programs are processes, so a crash of one is a failed feed and nothing more. What a run says goes to one
/// function as ``RunEvent`` values; nothing is printed here.
public struct Conductor: Sendable {
  let pipeline: Pipeline
  let spool: Spool
  let programs: ProgramFolder
  let options: RunOptions
  let stop: StopControl
  let memory: MemoryCeiling
  /// Writes a failed run down where `weir logs` finds it. What merge has committed it has written down itself.
  let record: @Sendable (FailedRun) async throws -> Void
  let tell: @Sendable (RunEvent) -> Void

  /// Time between two snapshots of the progress: smooth to the eye, nothing to compute.
  static let progressInterval = Duration.milliseconds(200)

  public init(
    pipeline: Pipeline,
    spool: Spool,
    programs: ProgramFolder,
    options: RunOptions,
    stop: StopControl,
    record: @escaping @Sendable (FailedRun) async throws -> Void,
    tell: @escaping @Sendable (RunEvent) -> Void
  ) {
    self.pipeline = pipeline
    self.spool = spool
    self.programs = programs
    self.options = options
    self.stop = stop
    memory = MemoryCeiling(most: options.maxMemory, countsOwn: options.countsOwnMemory, spool: spool)
    self.record = record
    self.tell = tell
  }

  /// Runs every feed of the plan and returns how each ended; no feed's failure ends the run, but children of a feed
  /// that did not succeed are skipped.
  public func run(_ plan: RunPlan) async -> RunReport {
    let clock = ContinuousClock()
    let start = clock.now
    var outcomes: [FeedOutcome] = []
    for (index, phase) in plan.phases.enumerated() {
      if plan.phases.count > 1, stop.level == .none { tell(.phase(number: index + 1, of: plan.phases.count, phase)) }
      let earlier = outcomes
      let parents = Dictionary(
        uniqueKeysWithValues: phase.feeds.compactMap { feed in
          earlier.first { $0.feed == plan.parent(of: feed) }.map { (feed, $0) }
        }
      )
      let ended = await run(lanes(of: phase), parents: parents)
      outcomes += phase.feeds.compactMap { feed in ended.first { $0.feed == feed } }
    }
    return RunReport(outcomes: outcomes, elapsed: clock.now - start)
  }

  /// Feeds into one table run one after another, so that what each inserts and updates does not depend on chance.
  private func lanes(of phase: RunPlan.Phase) -> [[String]] {
    var lanes: [(table: String, feeds: [String])] = []
    for feed in phase.feeds {
      let table = (try? pipeline.feed(named: feed).table) ?? feed
      if let index = lanes.firstIndex(where: { $0.table == table }) {
        lanes[index].feeds.append(feed)
      } else {
        lanes.append((table, [feed]))
      }
    }
    return lanes.map(\.feeds)
  }

  /// Runs lanes side by side, as many as are wanted.
  private func run(_ lanes: [[String]], parents: [String: FeedOutcome]) async -> [FeedOutcome] {
    await withTaskGroup(of: [FeedOutcome].self) { group in
      var waiting = lanes[...]
      func begin(_ lane: [String]) {
        group.addTask {
          var outcomes: [FeedOutcome] = []
          for feed in lane {
            // Before it runs: its end sets the watermark.
            let isFull = (try? isFull(feed)) ?? options.isFull
            var outcome = await outcome(of: feed, parent: parents[feed])
            // Fetch knows better: it may have gone on with a run that was full.
            outcome.isFull = outcome.measures.isFullRun ?? isFull
            outcome.endedAt = WallClock.milliseconds()
            outcomes.append(outcome)
            await writeDown(outcome)
            tell(.ended(outcome))
          }
          return outcomes
        }
      }
      let atOnce = options.lanesAtOnce
      for lane in waiting.prefix(atOnce) { begin(lane) }
      waiting = waiting.dropFirst(atOnce)
      var outcomes: [FeedOutcome] = []
      for await ended in group {
        outcomes += ended
        if let lane = waiting.popFirst() { begin(lane) }
      }
      return outcomes
    }
  }

  private func outcome(of feed: String, parent: FeedOutcome?) async -> FeedOutcome {
    guard stop.level == .none else { return FeedOutcome(feed: feed, status: .notStarted) }
    if let parent, parent.status != .succeeded {
      let reason = FeedOutcome.Reason(
        program: nil,
        message: "\(parent.feed), the feed of its parents, did not succeed",
        next: "weir run \(parent.feed) \(feed)",
        exitStatus: parent.reason?.exitStatus ?? .temporaryFailure
      )
      return FeedOutcome(feed: feed, status: .skipped, reason: reason)
    }
    let run = FeedRun(conductor: self, feed: feed)
    do {
      return try await run.outcome()
    } catch {
      return FeedOutcome(feed: feed, status: .failed, elapsed: run.elapsed, reason: .init(error))
    }
  }

  private func writeDown(_ outcome: FeedOutcome) async {
    guard outcome.status == .failed || outcome.status == .stopped, outcome.reason?.isElsewhere != true else { return }
    do {
      try await record(FailedRun(outcome, isFull: outcome.isFull))
    } catch {
      tell(.notRecorded(feed: outcome.feed, .init(error)))
    }
  }

  /// Asked for, or because there is no watermark to start from.
  private func isFull(_ feed: String) throws -> Bool {
    if options.isFull { return true }
    return try options.since == nil && spool.loadState("watermark.json", feed: feed) == nil
  }
}
