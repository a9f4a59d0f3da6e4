internal import Spool
internal import Synchronization
internal import Telemetry

/// One feed's turn in a run: what is left over first, then the four programs.
final class FeedRun: Sendable {
  private let conductor: Conductor
  private let feed: String
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private let progress: Mutex<FeedProgress>

  init(conductor: Conductor, feed: String) {
    self.conductor = conductor
    self.feed = feed
    start = clock.now
    progress = Mutex(FeedProgress(feed: feed))
  }

  var elapsed: Duration { clock.now - start }

  /// Runs the feed to its end.
  ///
  /// - Throws: What kept it from starting: a program that is missing, a spool that cannot be read, no pipe.
  func outcome() async throws -> FeedOutcome {
    let leftovers = try Leftovers(of: feed, in: conductor.spool)
    if leftovers.count > 0 {
      conductor.tell(.leftovers(feed: feed, segments: leftovers.count))
      if let reason = try await drain(leftovers) {
        if reason.exitStatus != .dataError { return ended(with: reason) }
        // A segment that was held, or a run that waits for one: this run brings those records again.
        conductor.tell(.leftoversRemain(feed: feed, reason))
      }
    }
    guard conductor.stop.level == .none else { return FeedOutcome(feed: feed, status: .stopped, elapsed: elapsed) }

    let exits = try await reportingProgress {
      try await self.pipe(StageName.allCases).run { stage, line in self.take(line, from: stage) }
    }
    guard let culprit = StageExit.culprit(of: exits) else { return ended(with: nil) }
    return ended(with: culprit.reason(said: progress.withLock { $0.failures[culprit.stage] }))
  }

  /// Has each later program work off what is ready in its queue, one after the other.
  ///
  /// - Returns: Why it did not come to the end; nil when it did.
  private func drain(_ leftovers: Leftovers) async throws -> FeedOutcome.Reason? {
    for stage in leftovers.stages where conductor.stop.level == .none {
      let said = Mutex<StageEvent?>(nil)
      let arguments = ["--feed", feed] + conductor.options.shared
      let program = try conductor.programs.program(stage)
      let member = StagePipe.Member(stage: stage, program: program, arguments: arguments)
      let exits = try await StagePipe(members: [member], stop: conductor.stop).run { stage, line in
        if case .event(let event) = line, event.event == .failed { said.withLock { $0 = event } }
        self.pass(on: line, from: stage)
      }
      guard let culprit = StageExit.culprit(of: exits) else { continue }
      return culprit.reason(said: said.withLock(\.self))
    }
    return nil
  }

  private func pipe(_ stages: [StageName]) throws -> StagePipe {
    let options = conductor.options
    let members = try stages.map { stage in
      let arguments = stage == .fetch ? options.fetchArguments(feed: feed) : ["-"] + options.shared
      return StagePipe.Member(stage: stage, program: try conductor.programs.program(stage), arguments: arguments)
    }
    return StagePipe(members: members, stop: conductor.stop)
  }

  /// Tells a snapshot several times a second while `body` runs.
  private func reportingProgress<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask {
        while (try? await Task.sleep(for: Conductor.progressInterval)) != nil {
          self.conductor.tell(.progress(self.progress.withLock { $0.snapshot(at: self.elapsed) }))
        }
        return nil
      }
      group.addTask { try await body() }
      while let finished = try await group.next() {
        guard let result = finished else { continue }
        group.cancelAll()
        return result
      }
      throw CancellationError()
    }
  }

  private func take(_ line: StagePipe.Line, from stage: StageName) {
    if case .event(let event) = line {
      let time = elapsed
      progress.withLock { $0.apply(event, from: stage, at: time) }
    }
    pass(on: line, from: stage)
  }

  /// What a person wants to read at once: warnings, failures, and words that are no events.
  private func pass(on line: StagePipe.Line, from stage: StageName) {
    switch line {
    case .text(let text):
      conductor.tell(.wrote(feed: feed, stage, text))
    case .event(let event):
      switch event.event {
      case .log where ["warning", "error", "critical"].contains(event.level):
        conductor.tell(.said(feed: feed, event))
      // A program that has lost its reader says so with 69; whether that is news shows at the end.
      case .failed where event.exitStatus != ExitStatus.unavailable.rawValue:
        conductor.tell(.said(feed: feed, event))
      case .failed, .finished, .log, .progress, .started:
        break
      }
    }
  }

  private func ended(with reason: FeedOutcome.Reason?) -> FeedOutcome {
    let progress = progress.withLock(\.self)
    let wasAsked = conductor.stop.level > .none && reason?.exitStatus == .temporaryFailure
    let status: FeedOutcome.Status = reason == nil ? .succeeded : wasAsked ? .stopped : .failed
    return FeedOutcome(
      feed: feed,
      status: status,
      run: progress.run,
      counts: progress.counts,
      elapsed: elapsed,
      reason: reason,
      peakBytes: progress.peakBytes
    )
  }
}
