internal import Control
internal import FoundationEssentials
internal import Logging
internal import Monitoring
internal import PipelineConfig
internal import Postgres
internal import Spool
internal import Telemetry

extension Tenant {
  /// How long stages are waited for that a service which was killed has left behind.
  private static let leftFetchMost = Duration.seconds(3600)

  /// Runs feeds to their end, and writes down how it went.
  func execute(_ request: RunRequest) async {
    live.change { $0.isWaiting = true }
    waiting = request
    // Once more, for one that was asked for while the database was away.
    if request.trigger == .manual, let plan = try? RunPlan(pipeline, selected: request.feeds) {
      try? await store.ask(for: request.run(of: plan.phases.flatMap(\.feeds)))
    }
    let isIn = await shared.slots.enter()
    defer { if isIn { shared.slots.leave() } }
    // Somebody may have thought better of it meanwhile.
    let isWanted = waiting != nil
    waiting = nil
    guard isIn, isWanted, !isEnding else { return showWaiting() }
    isStoppedByPerson = false
    let plan: RunPlan
    do { plan = try RunPlan(pipeline, selected: request.feeds) } catch {
      showWaiting()
      return logger.error("a run of a feed that is not there", error: error)
    }
    var run = request.run(of: plan.phases.flatMap(\.feeds))
    run.status = .running
    let stop = StopControl()
    guard let (startedAt, isStillWanted) = await begin(run, request) else { return showWaiting() }
    run.startedAt = startedAt
    current = (run, stop)
    if !isStillWanted { stop.request() }
    live.begin(run)
    showWaiting()
    logger.info("run begins", metadata: ["run": "\(run.id)", "trigger": "\(run.trigger.rawValue)"])
    await self.plan()
    let closing = await close(await conduct(plan, isFull: run.isFull, stop: stop), of: run)
    finish(&run, closing.report)
    current = nil
    live.end(run, isWhole: run.covers(pipeline))
    remember(run)
    tell(run, closing)
    let (pipeline, spool) = (pipeline, spool)
    let swept = await offThePool { Result { try pipeline.sweep(spool) } }
    if case .failure(let error) = swept { logger.warning("spool gc", error: error) }
  }

  /// Says whether anything waits for its turn.
  func showWaiting() {
    let isWaiting = left != nil || pending != nil || waiting != nil
    live.change { $0.isWaiting = isWaiting }
  }

  /// The database hears of a run before it begins: whatever ends this program then, the run is not forgotten. One that does
  /// not answer is waited for; nothing is asked of the vendor meanwhile, and no try is used up.
  ///
  /// - Returns: When it begins, and whether somebody has thought better of it at the last moment; nil when somebody had before,
  ///   or the service ends.
  private func begin(_ run: ServiceRun, _ request: RunRequest) async -> (at: Date, isStillWanted: Bool)? {
    waiting = request
    defer { waiting = nil }
    while true {
      do {
        var run = run
        run.startedAt = .now
        try await store.begin(run)
        live.change { $0.databaseError = nil }
        return (run.startedAt, waiting != nil && !isEnding)
      } catch let error as ServiceError {
        // Another service has the pipeline, or has run this: its place is others' to use.
        hear(error, "a run does not begin here")
        lookForHolder()
        return nil
      } catch { hear(error, "a run waits until the database answers") }
      guard waiting != nil, !isEnding else { return nil }
      await bell.wait(atMost: Self.reloadInterval)
      guard waiting != nil, !isEnding else { return nil }
    }
  }

  private func conduct(_ plan: RunPlan, isFull: Bool, stop: StopControl) async -> RunReport {
    var options = RunOptions(config: config)
    options.isFull = isFull
    options.fetchWait = Self.leftFetchMost
    options.feedsAtOnce = values.feedsAtOnce
    options.countsOwnMemory = false
    options.maxMemory = [pipeline.maxMemory, shared.maxMemoryEach].compactMap(\.self).min()
    let (target, live, logger) = (pipeline.database.target, live, logger)
    let store = store
    let conductor = Conductor(
      pipeline: pipeline,
      spool: spool,
      programs: shared.programs,
      options: options,
      stop: stop,
      record: { failed in try await store.log(failed, in: target) },
      tell: { event in
        live.show(event)
        RunLog.write(event, to: logger)
      }
    )
    return await conductor.run(plan)
  }

  /// Judges the run by its targets and by those before it.
  private func close(_ report: RunReport, of run: ServiceRun) async -> RunClosing {
    let (pipeline, target) = (pipeline, pipeline.database.target)
    let (closing, trouble) = await offThePool {
      RunClosing.close(report, of: pipeline, began: run.began, in: target)
    }
    if let trouble { hear(trouble, "a run's figures are not written down") }
    for note in closing.notes { logger.warning("\(note)", metadata: ["run": "\(run.id)"]) }
    return closing
  }

  private func finish(_ run: inout ServiceRun, _ report: RunReport) {
    run.finishedAt = .now
    run.counts = ServiceCounts(report.totals)
    run.exitStatus = Int(report.exitStatus.rawValue)
    let isStopped = report.count(of: .stopped) + report.count(of: .notStarted) > 0 && report.count(of: .failed) == 0
    run.status = report.exitStatus == .success ? .succeeded : isStopped ? .stopped : .failed
    if run.status == .stopped, isEnding, !isStoppedByPerson {
      // What is left of it is done when the service is there again.
      run.status = .interrupted
      run.error = "the service ended while it ran"
    }
    guard run.status != .succeeded, run.status != .interrupted else { return }
    let reasons = report.outcomes.compactMap { outcome in
      outcome.reason.map { reason in
        "\(outcome.feed): \(reason.program.map { "\($0): " } ?? "")\(reason.message)"
      }
    }
    let missed = report.outcomes.flatMap { outcome in outcome.missed.map { "\(outcome.feed): target missed: \($0)" } }
    run.error = reasons.first ?? (missed + report.missed.map { "target missed: \($0)" }).first ?? "stopped"
  }

  private func tell(_ run: ServiceRun, _ closing: RunClosing) {
    logger.info(
      "run ended",
      metadata: [
        "run": "\(run.id)", "status": "\(run.status.rawValue)", "fetched": "\(run.counts.fetched)",
        "inserted": "\(run.counts.inserted)", "updated": "\(run.counts.updated)",
        "seconds": "\(SpanText.text(seconds: run.seconds(at: .now)))",
      ]
    )
    shared.tell(.runEnded(RunEnd(tenant: view, run: run, closing: closing)))
  }
}

extension ServiceRun {
  /// When it began, in milliseconds since 1970.
  fileprivate var began: Int { Int((startedAt.timeIntervalSince1970 * 1000).rounded()) }
}

extension ServiceStore {
  /// Writes down a feed's run that did not come to its end.
  func log(_ run: FailedRun, in target: DatabaseTarget) async throws {
    try await inSession { _ in try run.log(in: target) }
  }
}
