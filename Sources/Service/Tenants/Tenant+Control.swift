internal import Control
internal import FoundationEssentials
internal import HTTPTypes
internal import Logging
internal import PipelineConfig
internal import Spool

extension Tenant {
  /// Has a run begin as soon as there is a place for it.
  ///
  /// - Returns: What was asked for, with the run's id.
  /// - Throws: ``Problem`` when a run is under way, here or beside the service, or a feed is not there.
  func trigger(feeds: [String], isFull: Bool, by actor: String) async throws -> RunRequest {
    if isEnding { throw Problem.ending }
    if let id = current?.run.id ?? waiting?.id ?? pending?.id ?? left?.id { throw Problem.alreadyRunning(id) }
    for feed in feeds where !pipeline.feeds.contains(where: { $0.name == feed }) {
      do { _ = try pipeline.feed(named: feed) } catch { throw Problem.noSuch("feed", error.message, error.hint) }
    }
    for feed in pipeline.feeds.map(\.name) where feeds.isEmpty || feeds.contains(feed) {
      if let holder = try RunLock.holder(of: feed, in: spool) {
        let error = FeedIsRunning(feed: feed, holder: holder)
        throw Problem(.conflict, "already_running", error.message, next: error.hint)
      }
    }
    let request = RunRequest(trigger: .manual, requestedBy: actor, feeds: feeds, isFull: isFull)
    pending = request
    live.change { $0.isWaiting = true }
    bell.ring()
    // So that a service which is started again meanwhile knows of it. The run goes on without, as far as it can. While another
    // service has the pipeline it is that one's, which must not take it for its own.
    guard isLoaded else { return request }
    do { try await store.ask(for: request.run(of: feedsInOrder(of: request))) } catch {
      hear(error, "that a run was asked for is not written down")
    }
    return request
  }

  /// Runs begin by themselves from now on, so often when that is said.
  ///
  /// - Returns: What has changed.
  func start(interval: String?, by actor: String) async throws -> [SettingKey: String] {
    if isEnding { throw Problem.ending }
    var changes: [(key: SettingKey, value: String)] = [(.syncEnabled, "true")]
    if let interval { changes += [(.syncInterval, interval), (.syncTimes, "")] }
    try await change(changes, by: actor)
    return Dictionary(uniqueKeysWithValues: changes.map { ($0.key, $0.value) })
  }

  /// No run begins by itself any more, and the one under way drains.
  ///
  /// - Returns: Whether there was one.
  func stop(by actor: String) async throws -> Bool {
    try await change([(.syncEnabled, "false")], by: actor)
    let wasRunning = current != nil || waiting != nil || pending != nil || left != nil
    isStoppedByPerson = true
    current?.stop.request()
    await callOff([left, pending, waiting].compactMap(\.self))
    bell.ring()
    return wasRunning
  }

  /// Ends the run of this id: what was fetched is merged. Asked again, its programs are told to end, and then ended.
  ///
  /// - Returns: How far that is: `drain`, `end` or `kill`.
  func cancel(id: String) async throws -> String {
    if let request = [left, pending, waiting].compactMap(\.self).first(where: { $0.id == id }) {
      if waiting?.id == id { isStoppedByPerson = true }
      await callOff([request])
      if request.trigger != .manual { await plan() }
      bell.ring()
      return "drain"
    }
    guard let current, current.run.id == id else {
      throw Problem(
        .conflict,
        "not_running",
        "run \(id) is not under way",
        next: "see what is: GET /api/v1/admin/sync/status"
      )
    }
    isStoppedByPerson = true
    return "\(current.stop.request())"
  }

  /// Has what waits never begin, and says so in the log of runs. One that the schedule or a failure had brought has had its
  /// turn: it does not begin at once again.
  func callOff(_ requests: [RunRequest]) async {
    // All at once, before anything is waited for.
    let ids = Set(requests.map(\.id))
    if let id = left?.id, ids.contains(id) { left = nil }
    if let id = pending?.id, ids.contains(id) { pending = nil }
    if let id = waiting?.id, ids.contains(id) { waiting = nil }
    showWaiting()
    for request in requests {
      var run = request.run(of: feedsInOrder(of: request))
      (run.status, run.finishedAt, run.error) = (.stopped, run.startedAt, "called off before it began")
      if request.trigger != .manual {
        live.change { status in
          status.lastRun = run
          if run.covers(pipeline) { status.lastTurn = run }
        }
      }
      do { try await store.save(run) } catch {
        hear(error, "that a run was called off is not written down yet")
        remember(run)
      }
    }
  }

  private func feedsInOrder(of request: RunRequest) -> [String] {
    (try? RunPlan(pipeline, selected: request.feeds))?.phases.flatMap(\.feeds) ?? request.feeds
  }

  /// Changes settings, all of them or none, in the database and at once.
  ///
  /// An interval that is set without times of the day takes their place.
  func change(_ asked: [(key: SettingKey, value: String)], by actor: String) async throws {
    var changes = asked
    if asked.contains(where: { $0.key == .syncInterval }), !asked.contains(where: { $0.key == .syncTimes }),
      !values.value(.syncTimes).isEmpty
    {
      changes.append((.syncTimes, ""))
    }
    do { try await store.set(changes, by: actor) } catch { throw Problem.database(error) }
    for (key, value) in changes { values.set(key, value) }
    await plan()
    bell.ring()
  }
}
