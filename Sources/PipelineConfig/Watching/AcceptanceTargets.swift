internal import JSONText

/// What a run has to reach to count as good: `acceptance` in the file, of the pipeline for a whole run, of a feed for its
/// part of it.
public struct AcceptanceTargets: Equatable, Sendable {
  public var maxMinutes: Double?
  /// Counted from the end of ``warmUp`` on.
  public var minPagesPerSecond: Double?
  /// Counted from the end of ``warmUp`` on.
  public var minRowsPerSecond: Double?
  /// Records that found no place, of those fetched; up to 1.
  public var maxErrorRate: Double?
  /// Tries of requests that failed, of all; up to 1.
  public var maxRequestErrorRate: Double?
  /// Of the four programs together at their largest.
  public var maxMemoryMiB: Int?
  /// From the end of ``warmUp`` to the feed's end, of the four programs together.
  public var maxMemoryGrowthMiB: Int?
  /// The beginning of each feed that rates and growth leave out; a feed that fetched nothing behind it, and a whole run that
  /// took no longer, is not asked for them.
  public var warmUp = Duration.seconds(30)

  public init() {}

  /// Nothing is asked.
  public var areNone: Bool {
    var none = AcceptanceTargets()
    none.warmUp = warmUp
    return self == none
  }

  static let minutesBounds = 0.0001...525_600.0
  static let rateBounds = 0.001...1_000_000_000.0
  static let shareBounds = 0.000001...1.0
  static let memoryBounds = 1...(1 << 20)
  static let warmUpBounds = Duration.zero ... .seconds(3600)
}

extension AcceptanceTargets {
  static func read(_ value: ConfigValue?) -> AcceptanceTargets {
    var targets = AcceptanceTargets()
    guard let object = value?.object() else { return targets }
    targets.maxMinutes = object["max_minutes"]?.number(in: minutesBounds, "minutes")
    targets.minPagesPerSecond = object["min_pages_per_second"]?.number(in: rateBounds, "pages a second")
    targets.minRowsPerSecond = object["min_rows_per_second"]?.number(in: rateBounds, "rows a second")
    targets.maxErrorRate = object["max_error_rate"]?.number(in: shareBounds, "of the records")
    targets.maxRequestErrorRate = object["max_request_error_rate"]?.number(in: shareBounds, "of the requests")
    targets.maxMemoryMiB = object["max_memory_mib"]?.integer(in: memoryBounds, "MiB")
    targets.maxMemoryGrowthMiB = object["max_memory_growth_mib"]?.integer(in: memoryBounds, "MiB")
    if let given = object["warm_up"]?.duration(in: warmUpBounds) { targets.warmUp = given }
    object.reportUnknown()
    return targets
  }
}
