/// When a run is unlike the past ones so much that somebody should know: `alerts` in the file.
///
/// Each is a factor over the median of past runs of the same feed and mode that succeeded.
public struct AlertSettings: Equatable, Sendable {
  /// It took so many times as long.
  public var slower = 3.0
  /// It brought so many times as many records.
  public var larger = 5.0
  /// So many times the share of its requests and records failed.
  public var moreErrors = 3.0
  /// How many past runs are looked at; fewer than ``AlertSettings/runsLeast`` say nothing.
  public var runs = 10

  public init() {}

  /// Of fewer past runs a median says little.
  public static let runsLeast = 3
  static let factorBounds = 1.1...1000.0
  static let runsBounds = 3...1000

  static func read(_ value: ConfigValue?) -> AlertSettings {
    var settings = AlertSettings()
    guard let object = value?.object() else { return settings }
    if let given = object["slower"]?.number(in: factorBounds, "times") { settings.slower = given }
    if let given = object["larger"]?.number(in: factorBounds, "times") { settings.larger = given }
    if let given = object["more_errors"]?.number(in: factorBounds, "times") { settings.moreErrors = given }
    if let given = object["runs"]?.integer(in: runsBounds, "runs") { settings.runs = given }
    object.reportUnknown()
    return settings
  }
}
