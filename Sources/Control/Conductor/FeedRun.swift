internal import PipelineConfig
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
    let lock = try RunLock(feed, in: conductor.spool)
    defer { withExtendedLifetime(lock) {} }
    try await waitForLeftPrograms()
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

    let (began, warmUp) = (elapsed, (try? conductor.pipeline.feed(named: feed).acceptance.warmUp) ?? .zero)
    // What was left over, and whom it had to wait for, is none of its rates'.
    progress.withLock { $0 = FeedProgress(feed: feed, start: began, warmUp: warmUp) }
    let exits = try await reportingProgress {
      try await self.pipe(StageName.allCases).run(
        said: { stage, line in self.take(line, from: stage) },
        ended: { stage in self.progress.withLock { $0.end(stage) } }
      )
    }
    guard let culprit = StageExit.culprit(of: exits) else { return ended(with: nil) }
    return ended(with: culprit.reason(said: progress.withLock { $0.failures[culprit.stage] }))
  }

  /// Programs go on by themselves when the one that started them is killed: what they still do is waited for, where somebody
  /// wants that. It is then among the leftovers, or merged already.
  private func waitForLeftPrograms() async throws {
    var isFirst = true
    let end = clock.now + conductor.options.fetchWait
    while conductor.stop.level == .none, clock.now < end {
      if try conductor.spool.lockFeed(feed, purpose: "fetch") != nil { break }
      isFirst = false
      try await Task.sleep(for: Self.leftPoll)
    }
    // The others end when they have done what it brought. Those that somebody keeps beside (--follow) do not.
    let claimsEnd = clock.now + min(conductor.options.fetchWait, Self.leftClaimsMost)
    while conductor.stop.level == .none, clock.now < claimsEnd {
      if try !hasClaims() {
        if isFirst { return }
        // Between two of them a segment is in nobody's hands for a moment.
        isFirst = true
      } else {
        isFirst = false
      }
      try await Task.sleep(for: Self.leftPoll)
    }
  }

  private func hasClaims() throws -> Bool {
    for name in QueueName.allCases {
      let ready = try conductor.spool.queue(name, feed: feed).stored(in: [.ready])
      if ready.contains(where: \.isClaimed) { return true }
    }
    return false
  }

  private static let leftPoll = Duration.milliseconds(200)
  /// A merge of what is in hand takes seconds.
  private static let leftClaimsMost = Duration.seconds(60)

  /// Has each later program work off what is ready in its queue, one after the other.
  ///
  /// - Returns: Why it did not come to the end; nil when it did.
  private func drain(_ leftovers: Leftovers) async throws -> FeedOutcome.Reason? {
    // What is left over counts among the run's results nowhere: its own run has told of it.
    defer { progress.withLock { $0 = FeedProgress(feed: feed) } }
    for stage in leftovers.stages where conductor.stop.level == .none {
      let said = LastFailure()
      progress.withLock { $0 = FeedProgress(feed: feed) }
      let arguments = ["--feed", feed] + conductor.options.shared
      let program = try conductor.programs.program(stage)
      let member = StagePipe.Member(stage: stage, program: program, arguments: arguments)
      let exits = try await reportingProgress(isShown: false) {
        try await StagePipe(members: [member], stop: self.conductor.stop).run { stage, line in
          if case .event(let event) = line {
            if event.event == .failed { said.event.withLock { $0 = event } }
            // For the memory alone.
            let time = self.elapsed
            self.progress.withLock { $0.apply(event, from: stage, at: time) }
          }
          self.pass(on: line, from: stage)
        }
      }
      guard let culprit = StageExit.culprit(of: exits) else { continue }
      return culprit.reason(said: said.event.withLock(\.self))
    }
    return nil
  }

  private final class LastFailure: Sendable {
    let event = Mutex<StageEvent?>(nil)
  }

  private func pipe(_ stages: [StageName]) throws -> StagePipe {
    let options = conductor.options
    let members = try stages.map { stage in
      let arguments = stage == .fetch ? options.fetchArguments(feed: feed) : ["-"] + options.shared
      return StagePipe.Member(stage: stage, program: try conductor.programs.program(stage), arguments: arguments)
    }
    return StagePipe(members: members, stop: conductor.stop)
  }

  /// Looks at the memory while `body` runs, and tells a snapshot several times a second.
  private func reportingProgress<Result: Sendable>(
    isShown: Bool = true,
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    defer { conductor.memory.end(feed) }
    return try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask {
        var ticks = 0
        while (try? await Task.sleep(for: Conductor.progressInterval)) != nil {
          if ticks.isMultiple(of: Self.ticksToCount) {
            if isShown { self.countQueues() }
            let held = self.progress.withLock(\.heldBytes)
            if let event = self.conductor.memory.see(held, of: self.feed) { self.conductor.tell(event) }
          }
          ticks += 1
          if isShown { self.conductor.tell(.progress(self.progress.withLock { $0.snapshot(at: self.elapsed) })) }
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

  /// Listing the queues is not for every snapshot: they may hold thousands.
  private static let ticksToCount = 5

  private func countQueues() {
    var depths: [QueueName: Int] = [:]
    for name in QueueName.allCases {
      // A folder that cannot be read now is the stages' own error.
      depths[name] = try? conductor.spool.queue(name, feed: feed).segments(in: .ready).count
    }
    progress.withLock { $0.queued = depths }
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
    var outcome = FeedOutcome(
      feed: feed,
      status: status,
      run: progress.run,
      counts: progress.counts,
      elapsed: elapsed,
      reason: reason,
      peakBytes: progress.peakBytes
    )
    outcome.measures = progress.measures
    return outcome
  }
}
