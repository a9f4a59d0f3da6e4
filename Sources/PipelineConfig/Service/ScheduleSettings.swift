/// When `weir serve` runs the pipeline by itself. What is set through the service later has the last word.
public struct ScheduleSettings: Equatable, Sendable {
  /// What becomes of a run whose time came while the service was down.
  public enum Missed: String, CaseIterable, Sendable {
    /// One run at once, however many were missed.
    case catchUp = "catch_up"
    /// The next one in turn.
    case skip
  }

  /// From the beginning of one run to that of the next; nil for none.
  public var every: Duration?
  /// Times of the day, UTC.
  public var at: [TimeOfDay] = []
  /// Each run begins up to so much later, so that not everybody asks a vendor at the full hour.
  public var jitter = Duration.zero
  public var missed = Missed.catchUp

  public init() {}
}

/// A time of the day, UTC, to the minute: `02:30`.
public struct TimeOfDay: Equatable, Comparable, Sendable, CustomStringConvertible {
  /// Since midnight.
  public var minutes: Int

  /// - Parameter text: `HH:MM`, two digits each; nil for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
      let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
    else { return nil }
    minutes = hour * 60 + minute
  }

  public var description: String {
    let (hour, minute) = (minutes / 60, minutes % 60)
    return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
  }

  public static func < (left: Self, right: Self) -> Bool { left.minutes < right.minutes }
}

extension ScheduleSettings {
  /// A second for a demonstration, to more than a year.
  public static let everyBounds = Duration.seconds(1) ... .seconds(1000 * 86_400)
  public static let jitterBounds = Duration.zero ... .seconds(86_400)
  /// Once a quarter of an hour.
  static let atMax = 96

  /// `SYNC_INTERVAL` of the environment takes the place of `every`.
  static func read(_ value: ConfigValue?, context: ConfigContext) -> ScheduleSettings {
    var settings = ScheduleSettings()
    if let object = value?.object() {
      settings.every = object["every"]?.duration(in: everyBounds)
      if let value = object["at"] { settings.at = times(value) }
      if let jitter = object["jitter"]?.duration(in: jitterBounds) { settings.jitter = jitter }
      if let missed = object["missed"]?.choice(of: Missed.self) { settings.missed = missed }
      object.reportUnknown()
    }
    if let text = context.environment["SYNC_INTERVAL"], !text.isEmpty {
      if let every = Quantity.duration(text), everyBounds.contains(every) {
        settings.every = every
        settings.at = []
      } else {
        context.problem(
          at: .root.member("schedule").member("every"),
          "SYNC_INTERVAL is not a length of time such as 12h"
        )
      }
    }
    if settings.every != nil, !settings.at.isEmpty {
      context.problem(at: .root.member("schedule"), "has both every and at; one of them says when")
    }
    return settings
  }

  private static func times(_ value: ConfigValue) -> [TimeOfDay] {
    guard let texts = value.distinctTexts() else { return [] }
    if texts.count > atMax { value.problem("has more than \(atMax) times") }
    let times = texts.compactMap { text in
      let time = TimeOfDay(text.value)
      if time == nil { value.problem("\(text.shown) is not a time of the day such as \"02:30\"") }
      return time
    }
    return times.sorted()
  }

  /// A length of time as `pipeline.json` writes it; nil when the text is none or out of bounds.
  public static func every(_ text: String) -> Duration? {
    Quantity.duration(text).flatMap { everyBounds.contains($0) ? $0 : nil }
  }

  /// As ``every(_:)``, for ``jitter``.
  public static func jitter(_ text: String) -> Duration? {
    Quantity.duration(text).flatMap { jitterBounds.contains($0) ? $0 : nil }
  }

  /// The shortest writing of a length of time: `12h`.
  public static func text(_ duration: Duration) -> String { Quantity.text(duration) }
}
