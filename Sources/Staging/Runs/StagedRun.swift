internal import JSONText
public import Spool

/// What stage found in a run, for the report.
public struct StagedRun: Equatable, Sendable {
  public struct Column: Equatable, Sendable {
    public var name: String
    /// Values that did not fit and became null.
    public var nulled: Int
    /// Values that did not fit and became the nearest that does.
    public var clipped: Int
  }

  public var run: String
  /// `open` while segments of it are still to come, then `passed` or `failed`, which is held.
  public var verdict: String
  /// The checks that the run does not meet.
  public var complaints: [String]
  /// Columns with values that did not fit, by name.
  public var columns: [Column]

  /// The latest run that stage knows of a feed; nil when it knows of none.
  ///
  /// Only full runs are known, runs of feeds with checks, and those with values that did not fit.
  ///
  /// - Throws: ``SpoolError``.
  public static func latest(of feed: String, in spool: Spool) throws(SpoolError) -> StagedRun? {
    guard let record = try RunBook.records(of: feed, in: spool).last else { return nil }
    let columns = record.figures.columns.filter { $0.value.nulled + $0.value.clipped > 0 }
    return StagedRun(
      run: record.run,
      verdict: record.verdict.rawValue,
      complaints: record.complaints,
      columns: columns.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
        Column(name: $0.key, nulled: $0.value.nulled, clipped: $0.value.clipped)
      }
    )
  }
}
