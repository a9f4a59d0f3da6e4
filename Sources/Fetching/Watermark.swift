internal import FoundationEssentials
internal import JSONText
internal import PipelineConfig

/// What the next incremental run may begin from.
enum Watermark {
  /// The watermark to set after a complete run; nil to leave the one that there is.
  ///
  /// `versions` are those of all records of the run, which came in one answer when `isOneMoment`; `began` is the
  /// vendor's time when the run began.
  static func after(
    _ start: RunStart,
    cursor: Cursor,
    versions: VersionSpan,
    isOneMoment: Bool,
    began: Date
  ) -> String? {
    let order = { (text: String) in VersionOrder.normalise(text, type: cursor.type) ?? "" }
    // What lies between the last watermark and a later beginning was asked for by nobody.
    if let since = start.since, let saved = start.saved, order(saved) < order(since) { return nil }
    guard var reached = versions.highest else { return start.saved ?? start.since }
    if cursor.type == .timestamp, !versions.isAscending, !isOneMoment {
      // A record that was read early in the walk and changed during it has a stamp after the beginning, and perhaps
      // before the highest that was seen. In a walk in order of the stamp it would have come again; here it did not.
      let text = began.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
      if order(text) < order(reached) { reached = text }
    }
    guard let floor = start.since else { return reached }
    let lowest = start.saved.map { order($0) < order(floor) ? floor : $0 } ?? floor
    return order(reached) < order(lowest) ? lowest : reached
  }
}
