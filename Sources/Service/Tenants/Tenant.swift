internal import Control
internal import FoundationEssentials
internal import Logging
internal import PipelineConfig
internal import Postgres
internal import Spool
internal import Synchronization
internal import Telemetry

/// One pipeline of the service: its schedule, its settings, and its one run at a time.
actor Tenant {
  nonisolated let name: String
  nonisolated let pipeline: Pipeline
  nonisolated let spool: Spool
  nonisolated let store: ServiceStore
  nonisolated let live = LiveStatus()
  /// `pipeline.json` as the programs are given it.
  nonisolated let config: String
  nonisolated let logger: Logger
  nonisolated let shared: SharedService
  let bell = Bell()
  private let lock: FeedLock

  var values: ServiceValues
  /// Asked for and not begun.
  var pending: RunRequest?
  /// A run that the service before this one, or this one's database, did not let come to its end.
  var left: RunRequest?
  /// Waits for a place among the runs of all pipelines.
  var waiting: RunRequest?
  var current: (run: ServiceRun, stop: StopControl)?
  /// Runs whose end the database has not heard of.
  var unsaved: [ServiceRun] = []
  private(set) var isEnding = false
  private(set) var isLoaded = false
  private var isOverdueTold = false
  /// A person, and not the service's own end, has ended the run under way.
  var isStoppedByPerson = false
  /// When the next run begins is not in the database.
  private var isNextUnsaved = false
  private var heldAt = ContinuousClock.now
  /// The name may have been another service's meanwhile: what that did is read before anything begins.
  private var mustReload = false

  /// The database is asked so often while it does not answer.
  static let reloadInterval = Duration.seconds(2)
  /// Longest sleep: a clock that was set is noticed after this.
  private static let lookInterval = Duration.seconds(30)
  /// Whether a success is overdue is looked at so often.
  private static let overdueInterval = Duration.seconds(1)
  /// Runs that are begun again at once, one after the other, because the service ended during each.
  private static let resumesMax = 3
  /// Runs whose end is remembered while the database is away.
  static let unsavedMax = 100

  init(_ pipeline: Pipeline, config: String, spool: Spool, lock: consuming FeedLock, shared: SharedService) {
    name = pipeline.service.name
    self.pipeline = pipeline
    self.config = config
    self.spool = spool
    self.lock = lock
    self.shared = shared
    store = ServiceStore(
      target: pipeline.database.target,
      tenant: pipeline.service.name,
      feeds: pipeline.feeds.map(\.name),
      owner: "\(ProcessInfo.processInfo.hostName) \(pipeline.spool.path)"
    )
    values = ServiceValues(file: pipeline.schedule)
    var logger = shared.logger
    logger[metadataKey: "pipeline"] = "\(pipeline.service.name)"
    self.logger = logger
  }

  nonisolated var view: TenantView {
    TenantView(name: name, pipeline: pipeline, spool: spool, status: live.now)
  }

  /// Runs what is due, until it is told to end; what is under way then comes to its end first.
  func run() async {
    await load()
    // Also while a run is under way: one that hangs is why the next is overdue.
    let watch = Task {
      while !Task.isCancelled {
        tellOverdue()
        await renew()
        try await Task.sleep(for: Self.overdueInterval)
      }
    }
    defer { watch.cancel() }
    while !isEnding {
      await flush()
      await holdOn()
      await planAnew(at: .now)
      if let request = takeDue(at: .now) {
        await execute(request)
        await plan()
      } else {
        await bell.wait(atMost: min(Self.lookInterval, timeToNext(at: .now)))
      }
    }
    await flush()
  }

  /// No further run begins; the one under way drains. Asked again, it is told to end, and then it is ended.
  func end() {
    isEnding = true
    current?.stop.request()
    bell.ring()
  }

  // MARK: What the database knows

  private func load() async {
    while !isEnding, !isLoaded {
      do {
        let found = try await store.start()
        isLoaded = true
        values = ServiceValues(file: pipeline.schedule, changed: found.values)
        live.change { status in
          status.lastRun = found.interrupted ?? found.lastRun
          status.lastTurn = found.lastTurn
          status.lastSuccess = found.lastSuccess
          status.databaseError = nil
        }
        heldAt = .now
        // One whose resumption was interrupted before it began is the newest, and still so.
        if let left = found.interrupted ?? found.lastRun, left.status == .interrupted { resume(left) }
        if let run = found.waiting { take(run) }
        await plan(kept: found.nextAt)
      } catch {
        hear(error, "the database does not answer; nothing runs until it does")
        await bell.wait(atMost: Self.reloadInterval)
      }
    }
  }

  /// The stages of a run go on without the service and end by themselves; what they left undone is done now.
  private func resume(_ run: ServiceRun) {
    logger.warning("a run was under way when the service ended", metadata: ["run": "\(run.id)"])
    let feeds = run.feeds.filter { feed in pipeline.feeds.contains { $0.name == feed } }
    guard run.attempt < values.retries + Self.resumesMax, !feeds.isEmpty else { return }
    left = RunRequest(
      trigger: .resume,
      requestedBy: run.requestedBy,
      feeds: feeds,
      isFull: run.isFull,
      attempt: run.attempt + 1
    )
    live.change { $0.isWaiting = true }
  }

  /// Somebody had asked the service before this one, and was told that it begins.
  private func take(_ run: ServiceRun) {
    // This service's own, when it had lost the pipeline for a while.
    guard ![pending?.id, waiting?.id, current?.run.id].contains(run.id), !unsaved.contains(where: { $0.id == run.id })
    else { return }
    let feeds = run.feeds.filter { feed in pipeline.feeds.contains { $0.name == feed } }
    guard pending == nil, !feeds.isEmpty else {
      var run = run
      (run.status, run.finishedAt) = (.stopped, .now)
      run.error = feeds.isEmpty ? "its feeds are not there any more" : "another run was asked for meanwhile"
      return remember(run)
    }
    pending = RunRequest(
      id: run.id,
      trigger: run.trigger,
      requestedBy: run.requestedBy,
      feeds: feeds,
      isFull: run.isFull,
      attempt: run.attempt
    )
    live.change { $0.isWaiting = true }
  }

  /// Has a run's end written down as soon as the database answers.
  func remember(_ run: ServiceRun) {
    if unsaved.count == Self.unsavedMax { unsaved.removeFirst() }
    unsaved.append(run)
  }

  /// Tells the database of ends that it has not heard of.
  private func flush() async {
    while let run = unsaved.first {
      do {
        try await store.save(run)
        // Another one may have come, or been pushed out, meanwhile.
        if let place = unsaved.firstIndex(of: run) { unsaved.remove(at: place) }
        live.change { $0.databaseError = nil }
      } catch {
        return hear(error, "a run's end is not written down yet")
      }
    }
  }

  /// Says that this service lives while its loop waits for a run, and tells the database of ends that it has not heard of.
  private func renew() async {
    guard isLoaded else { return }
    if !unsaved.isEmpty { await flush() }
    let silence = ContinuousClock.now - heldAt
    guard silence >= Self.lookInterval else { return }
    do {
      try await store.hold()
      if silence >= ServiceStore.leaseTime { mustReload = true }
      heldAt = .now
    } catch is ServiceError { lookForHolder() } catch {}
  }

  /// The loop asks next who has the name.
  func lookForHolder() {
    mustReload = true
    bell.ring()
  }

  /// Says now and then that this service lives, and hears whether the database does.
  private func holdOn() async {
    let silence = ContinuousClock.now - heldAt
    guard isLoaded, mustReload || silence >= Self.lookInterval else { return }
    do {
      try await store.hold()
      heldAt = .now
      if silence >= ServiceStore.leaseTime { mustReload = true }
      // An end of a run here comes first, or that would be taken for one that was interrupted.
      if mustReload, unsaved.isEmpty {
        (mustReload, isLoaded) = (false, false)
        await load()
      }
      if unsaved.isEmpty, !isNextUnsaved { live.change { $0.databaseError = nil } }
    } catch let error as ServiceError {
      hear(error, "another service has taken the pipeline over; nothing runs here until that has ended")
      (mustReload, isLoaded) = (false, false)
      // The other one reads what waits when it starts, and not later.
      if let pending { await callOff([pending]) }
      live.change { status in
        status.nextAt = nil
        status.isWaiting = false
      }
      await load()
    } catch { hear(error, "the database does not answer") }
  }

  func hear(_ error: any Error, _ message: Logger.Message) {
    let isNews = live.now.databaseError == nil
    live.change { $0.databaseError = "\(error)" }
    if isNews { logger.error(message, error: error) }
  }

  // MARK: When

  /// Works out when the next run begins, and says so.
  ///
  /// - Parameter kept: What was worked out before the service started again: the same again when it still fits.
  func plan(kept: Date? = nil) async {
    let now = Date.now
    let schedule = values.schedule
    var next: Date?
    // While one is under way the next is told already; it does not begin before that one has ended.
    let last = live.now.running.flatMap { $0.covers(pipeline) ? $0 : nil } ?? live.now.lastTurn
    if values.isEnabled, let due = schedule.due(after: last?.startedAt, now: now) {
      let jitter = schedule.settings.jitter / .seconds(1)
      let fits = kept.map { $0 >= due && $0 <= due.addingTimeInterval(jitter) } ?? false
      next = fits ? kept : due.addingTimeInterval(jitter > 0 ? .random(in: 0...jitter) : 0)
    }
    let isEnabled = values.isEnabled && schedule.exists
    let text = values.scheduleText
    live.change { status in
      status.nextAt = next
      status.isScheduled = isEnabled
      status.schedule = text
      status.overdueAfter = schedule.overdueAfter
    }
    do {
      try await store.setNext(next)
      isNextUnsaved = false
      if unsaved.isEmpty { live.change { $0.databaseError = nil } }
    } catch {
      isNextUnsaved = true
      hear(error, "when the next run begins is not written down")
    }
  }

  /// When what was planned is not in the database, or lies further off than the schedule allows: a clock that was set back.
  private func planAnew(at now: Date) async {
    guard isLoaded else { return }
    if isNextUnsaved { return await plan(kept: live.now.nextAt) }
    let schedule = values.schedule
    guard let next = live.now.nextAt, let due = schedule.due(after: live.now.lastTurn?.startedAt, now: now),
      next.timeIntervalSince(due) > (schedule.settings.jitter + Schedule.grace) / .seconds(1)
    else { return }
    await plan()
  }

  /// A run that failed for a reason that may pass is due again after a while.
  private func retryDue() -> (at: Date, run: ServiceRun)? {
    guard values.isEnabled else { return nil }
    let known = Set(pipeline.feeds.map(\.name))
    // A run of a few feeds that went well does not make good for one of all that did not.
    let failed = [live.now.lastTurn, live.now.lastRun].compactMap(\.self).filter { run in
      run.status == .failed && run.attempt < values.retries && known.isSuperset(of: run.feeds)
        && run.exitStatus == Int(Telemetry.ExitStatus.temporaryFailure.rawValue)
    }
    let due = failed.compactMap { run in
      run.finishedAt.map { (at: $0.addingTimeInterval(values.retryAfter / .seconds(1)), run: run) }
    }
    return due.min { $0.at < $1.at }
  }

  private func takeDue(at now: Date) -> RunRequest? {
    guard isLoaded else { return nil }
    if let request = left ?? pending {
      if left != nil { left = nil } else { pending = nil }
      return request
    }
    if let next = live.now.nextAt, next <= now { return RunRequest(trigger: .schedule) }
    if let (at, run) = retryDue(), at <= now {
      return RunRequest(
        trigger: .retry,
        requestedBy: run.requestedBy,
        feeds: run.feeds,
        isFull: run.isFull,
        attempt: run.attempt + 1
      )
    }
    return nil
  }

  private func timeToNext(at now: Date) -> Duration {
    if isLoaded, pending ?? left != nil { return .zero }
    if !unsaved.isEmpty || isNextUnsaved { return Self.reloadInterval }
    let times = [live.now.nextAt, retryDue()?.at].compactMap(\.self)
    guard let next = times.min() else { return Self.lookInterval }
    return .seconds(max(0, next.timeIntervalSince(now)))
  }

  private func tellOverdue() {
    let view = view
    let isOverdue = view.status.isOverdue(at: .now)
    defer { isOverdueTold = isOverdue }
    guard isOverdue, !isOverdueTold else { return }
    logger.warning("overdue: no run has succeeded for longer than the schedule says")
    shared.tell(.overdue(view))
  }
}
