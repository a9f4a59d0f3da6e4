public import JSONText

/// A full run cut into parts by the cursor, several of which are read at once.
public struct BackfillWindows: Equatable, Sendable {
  /// Where the vendor's records begin to be many; what is older is one part.
  public var from: Timestamp
  /// Parts at the beginning of a run.
  public var count: Int

  /// Each open part is in the checkpoint, and so in the note about each page: thirty-two of them take 10 KB.
  public static let countBounds = 2...32
  /// As many as sources are asked at once by default, four times: parts are never of one size.
  public static let countDefault = 16

  public init(from: Timestamp, count: Int = countDefault) { (self.from, self.count) = (from, count) }
}

extension BackfillWindows {
  static func read(_ value: ConfigValue) -> BackfillWindows? {
    guard let object = value.object() else { return nil }
    let from = object.required("from")?.moment()
    let count = object["count"].map { $0.integer(in: countBounds, "windows") } ?? countDefault
    object.reportUnknown()
    guard let from, let count else { return nil }
    return BackfillWindows(from: from, count: count)
  }
}

extension ConfigValue {
  /// A moment: `"2015-01-01"`, `"2015-01-01T00:00:00Z"`.
  fileprivate func moment() -> Timestamp? {
    guard let text = nonEmptyText() else { return nil }
    if let moment = Timestamp(text.value) { return moment }
    problem("\(text.shown) is not a moment such as \"2015-01-01T00:00:00Z\"")
    return nil
  }
}
