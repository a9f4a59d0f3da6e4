/// How long the database keeps what merge notes beside the tables.
public struct HistorySettings: Equatable, Sendable {
  /// Which segments were merged. Those that the spool may still hold, and the latest full run's, are kept in any case.
  public var ledger = Duration.seconds(90 * 86_400)
  /// How each run ended. The latest of a feed is kept in any case.
  public var log = Duration.seconds(730 * 86_400)
  /// Versions of rows that are gone or were confirmed; an older version that comes after that long is taken for new.
  public var tombstones = Duration.seconds(365 * 86_400)
  /// Which fields changed, where a feed tracks that.
  public var changes = Duration.seconds(90 * 86_400)
  /// Rows that wait for their parents.
  public var orphans = Duration.seconds(365 * 86_400)

  static let bounds = Duration.seconds(86_400) ... .seconds(3660 * 86_400)
}

extension HistorySettings {
  static func read(_ value: ConfigValue?) -> HistorySettings {
    var settings = HistorySettings()
    guard let object = value?.object() else { return settings }
    if let time = object["ledger"]?.duration(in: bounds) { settings.ledger = time }
    if let time = object["log"]?.duration(in: bounds) { settings.log = time }
    if let time = object["tombstones"]?.duration(in: bounds) { settings.tombstones = time }
    if let time = object["changes"]?.duration(in: bounds) { settings.changes = time }
    if let time = object["orphans"]?.duration(in: bounds) { settings.orphans = time }
    object.reportUnknown()
    return settings
  }
}
