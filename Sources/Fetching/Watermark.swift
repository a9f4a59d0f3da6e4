internal import FoundationEssentials
internal import JSONText
internal import PipelineConfig

/// What the next incremental run may begin from.
enum Watermark {
  /// The watermark to set after a complete run; nil to leave the one that there is.
  ///
  /// `versions` are those of all records of the run, which came in one answer when `isOneMoment`; `began` is the vendor's
  /// time when the run began.
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

/// The vendor's time at a run's beginning.
enum VendorClock {
  /// The earliest time that the vendor's clock can have shown when the request went out.
  ///
  /// The vendor stamps its answer some time between the two, with its clock, in whole seconds: going back by the whole
  /// wait is too early by that wait and a second at most, and costs records that are read twice. Taking this machine's
  /// clock where the two seem to agree would be finer, and wrong by the wait of a slow answer.
  ///
  /// - Parameters:
  ///   - sent: When the first request went out, by this machine's clock.
  ///   - received: When its answer was there.
  ///   - date: The answer's `Date`; without one that can be read, this machine's time has to do.
  /// - Returns: A time that is not after the one that the vendor's clock showed.
  static func beginning(sent: Date, received: Date, date: String?) -> Date {
    guard let seconds = date.flatMap({ HTTPDate.seconds($0) }) else { return sent }
    return Date(timeIntervalSince1970: Double(seconds)) - received.timeIntervalSince(sent)
  }
}
