internal import JSONText
internal import PipelineConfig
internal import Spool
internal import Telemetry

/// From where a run begins: everything, or what moved since a version.
struct RunStart: Equatable, Sendable {
  var mode: RunMode
  /// In the vendor's own writing; nil for everything.
  var since: String?
  /// What the last run left; nil when there was none.
  var saved: String?

  /// The file of state that merge writes when a run is in the database.
  static let stateName = "watermark.json"

  /// - Throws: ``FetchError`` when the feed cannot begin where it is asked to.
  init(_ feed: Feed, options: FetchOptions, saved: String?) throws(FetchError) {
    self.saved = saved
    if options.full || (options.since == nil && saved == nil) || (options.since == nil && !feed.canBeAskedForNewer) {
      guard options.since == nil else {
        throw FetchError(
          feed: feed.name,
          message: "a full run has no beginning",
          hint: "give --full or --since",
          exitStatus: .usage
        )
      }
      (mode, since) = (.full, nil)
      return
    }
    mode = .incremental
    since =
      try options.since.map { text throws(FetchError) in try feed.version(text) }
      ?? saved.map { feed.lookingBack(from: $0) }
  }

  /// Reads what merge left in the feed's state.
  ///
  /// A full run, which writes it anew, and a feed that never asks for newer records do without what cannot be read.
  ///
  /// - Throws: `SpoolError`, ``FetchError``.
  static func savedWatermark(_ feed: Feed, options: FetchOptions, in spool: Spool) throws -> String? {
    guard let bytes = try spool.loadState(stateName, feed: feed.name) else { return nil }
    guard let state = try? JSONValue(parsing: bytes), case .object = state else {
      if options.full || !feed.canBeAskedForNewer { return nil }
      throw FetchError(
        feed: feed.name,
        message: "the watermark in the spool cannot be read: \(stateName) is not JSON",
        hint: "run with --full, which writes it anew",
        exitStatus: .dataError
      )
    }
    return state["watermark"]?.text
  }
}

extension RunStart {
  /// The run that merge wrote the watermark of; nil when that cannot be read.
  ///
  /// - Throws: `SpoolError`.
  static func mergedRun(_ feed: String, in spool: Spool) throws(SpoolError) -> RunID? {
    guard let bytes = try spool.loadState(stateName, feed: feed), let state = try? JSONValue(parsing: bytes) else {
      return nil
    }
    return state["run"]?.text.flatMap { RunID($0) }
  }
}

extension Feed {
  /// Whether the cursor holds days, which are asked for as days.
  var isCursorDate: Bool {
    guard let cursor else { return false }
    return columns.first { $0.from == JSONPointer(member: cursor.field) }?.type == .date
  }

  /// Whether the vendor can be asked for newer records alone.
  fileprivate var canBeAskedForNewer: Bool {
    switch pagination {
    case .odata: cursor != nil
    case .pageNumber, .rest: cursor?.sinceParameter != nil
    }
  }

  /// A version that a person gave, as the vendor may be asked for it.
  fileprivate func version(_ text: String) throws(FetchError) -> String {
    guard let cursor, canBeAskedForNewer else {
      throw FetchError(
        feed: name,
        message: "cannot be asked for newer records alone",
        hint: "give feeds.\(name).cursor a field, and for a REST vendor a since_parameter; or run without --since",
        exitStatus: .config
      )
    }
    guard VersionOrder.normalise(text, type: cursor.type) != nil else {
      throw FetchError(
        feed: name,
        message: "--since \(text.oneLine(maxCount: 40).debugDescription) is no \(cursor.type.rawValue)",
        hint: cursor.type == .timestamp ? "write it as 2026-11-20T23:44:08Z" : "write it as the vendor does",
        exitStatus: .usage
      )
    }
    return isCursorDate ? text : Self.complete(text, cursor)
  }

  /// The watermark, or a moment before it. The vendor's own text stays as it is when there is nothing to look back for.
  fileprivate func lookingBack(from saved: String) -> String {
    guard let cursor, cursor.type == .timestamp, cursor.lookback > .zero, let moment = Timestamp(saved) else {
      return saved
    }
    // Whole seconds, rounded down: earlier costs a few records that are known already.
    let earlier = Timestamp(seconds: moment.seconds - Int((cursor.lookback / .seconds(1)).rounded(.up)))
    return isCursorDate ? String(earlier.sortable.prefix(10)) : String(earlier.sortable.prefix { $0 != "." }) + "Z"
  }

  /// People leave out the time of day and the offset; vendors want both.
  private static func complete(_ text: String, _ cursor: Cursor) -> String {
    guard cursor.type == .timestamp, let moment = Timestamp(text), !text.contains("T") || !moment.hasOffset else {
      return text
    }
    let beforeFraction = moment.sortable.prefix { $0 != "." }
    return beforeFraction + (moment.fraction.isEmpty ? "" : ".\(moment.fraction)") + "Z"
  }
}
