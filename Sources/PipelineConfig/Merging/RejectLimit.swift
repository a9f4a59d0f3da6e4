/// How many records of a run may be put aside before the run counts as failed.
///
/// One bad record never stops a feed; a table that refuses every row is another matter, and nobody should find out from
/// a folder of rejects.
public struct RejectLimit: Equatable, Sendable {
  /// Records of one run, all stages together. Also the most that PostgreSQL may refuse of one segment: a segment with
  /// more is held whole, since then the table and the pipeline do not go together.
  public var maxCount = 1000
  /// Of the records fetched, up to 1. Asked only from ``shareFrom`` rejected records on: of a run of three records one bad
  /// one is a third.
  public var maxShare = 0.1

  /// Fewer rejected records than this never fail a run by their share.
  public static let shareFrom = 100

  static let countBounds = 0...1_000_000
  static let shareBounds = 0.001...1.0

  /// Why a run with so many rejected records counts as failed; nil when it does not.
  public func complaint(rejected: Int, of fetched: Int) -> String? {
    if rejected > maxCount { return "\(rejected) records were rejected, and max_count is \(maxCount)" }
    guard rejected >= Self.shareFrom, Double(rejected) > maxShare * Double(fetched) else { return nil }
    return "\(rejected) of \(fetched) records were rejected, and max_share is \(maxShare)"
  }
}

extension RejectLimit {
  static func read(_ value: ConfigValue?) -> RejectLimit {
    var limit = RejectLimit()
    guard let object = value?.object() else { return limit }
    if let given = object["max_count"]?.integer(in: countBounds, "records") { limit.maxCount = given }
    if let given = object["max_share"]?.number(in: shareBounds, "of the records") { limit.maxShare = given }
    object.reportUnknown()
    return limit
  }
}
