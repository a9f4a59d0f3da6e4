internal import Control
internal import FoundationEssentials
internal import HTTPTypes
internal import PipelineConfig
internal import Spool

extension Tenant {
  /// Has a run begin as soon as there is a place for it.
  ///
  /// - Returns: What was asked for, with the run's id.
  /// - Throws: ``Problem`` when a run is under way, here or beside the service, or a feed is not there.
  func trigger(feeds: [String], isFull: Bool, by actor: String) throws -> RunRequest {
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
    let wasRunning = current != nil || waiting != nil || pending != nil
    (pending, waiting) = (nil, nil)
    if current == nil { live.change { $0.isWaiting = false } }
    isStoppedByPerson = true
    current?.stop.request()
    bell.ring()
    return wasRunning
  }

  /// Ends the run of this id: what was fetched is merged. Asked again, its programs are told to end, and then ended.
  ///
  /// - Returns: How far that is: `drain`, `end` or `kill`.
  func cancel(id: String) throws -> String {
    if pending?.id == id || waiting?.id == id {
      (pending, waiting) = (nil, nil)
      live.change { $0.isWaiting = false }
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
