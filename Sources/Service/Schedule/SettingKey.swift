internal import FoundationEssentials
internal import PipelineConfig

/// A setting that can be changed while the service runs, and what it may be.
enum SettingKey: String, CaseIterable, Sendable {
  case syncEnabled = "sync_enabled"
  case syncInterval = "sync_interval"
  case syncTimes = "sync_times"
  case jitter = "sync_jitter"
  case missed = "missed_runs"
  case retries = "retry_count"
  case retryAfter = "retry_after"
  case feedsAtOnce = "feeds_at_once"

  var description: String {
    switch self {
    case .syncEnabled: "runs begin by themselves, as the schedule says: true or false"
    case .syncInterval: "from the beginning of one run to that of the next: 30s, 10m, 24h, 7d"
    case .syncTimes: "times of the day, UTC, in the place of an interval: 02:00,14:00; empty for none"
    case .jitter: "each run begins up to so much later: 0s to 1d"
    case .missed: "runs missed while the service was down: catch_up or skip"
    case .retries: "how often a run is repeated that failed for a reason which may pass, 0 to 10"
    case .retryAfter: "how long after it failed such a run is repeated"
    case .feedsAtOnce: "feeds of a run that are run side by side, 1 to 16"
    }
  }

  /// What the value is like; the whole of it matches.
  var pattern: String {
    let length = "([1-9][0-9]{0,5}s|[1-9][0-9]{0,4}m|[1-9][0-9]{0,2}h|[1-9][0-9]{0,2}d)"
    let time = "([01][0-9]|2[0-3]):[0-5][0-9]"
    return switch self {
    case .syncEnabled: "^(true|false)$"
    case .syncInterval, .retryAfter: "^\(length)$"
    case .syncTimes: "^(\(time)(,\(time)){0,95})?$"
    case .jitter: "^([0-9]{1,4}s|[0-9]{1,3}m|([0-9]|1[0-9]|2[0-4])h)$"
    case .missed: "^(catch_up|skip)$"
    case .retries: "^([0-9]|10)$"
    case .feedsAtOnce: "^([1-9]|1[0-6])$"
    }
  }

  /// What it is when nobody says anything.
  func defaultValue(_ schedule: ScheduleSettings) -> String {
    switch self {
    case .syncEnabled: schedule.every != nil || !schedule.at.isEmpty ? "true" : "false"
    case .syncInterval: schedule.every.map(ScheduleSettings.text) ?? "24h"
    case .syncTimes: schedule.at.map(\.description).joined(separator: ",")
    case .jitter: ScheduleSettings.text(schedule.jitter)
    case .missed: schedule.missed.rawValue
    case .retries: "3"
    case .retryAfter: "1m"
    case .feedsAtOnce: "2"
    }
  }

  /// Whether the text may be this setting's value.
  func takes(_ text: String) -> Bool {
    guard let whole = try? Regex(pattern) else { preconditionFailure("\(rawValue): a pattern that is none") }
    return text.utf8.count <= Self.valueBytesMax && text.wholeMatch(of: whole) != nil
  }

  /// Ninety-six times of the day.
  static let valueBytesMax = 600
}

/// The settings of a pipeline's service as they are now: what was set through the service, before what the file says.
struct ServiceValues: Equatable, Sendable {
  let file: ScheduleSettings
  private(set) var changed: [SettingKey: String] = [:]

  init(file: ScheduleSettings, changed: [SettingKey: String] = [:]) {
    self.file = file
    // A value that an older or newer version has written and this one does not know is not taken.
    self.changed = changed.filter { $0.key.takes($0.value) }
  }

  func value(_ key: SettingKey) -> String { changed[key] ?? key.defaultValue(file) }

  /// Where the value comes from.
  func source(_ key: SettingKey) -> String { changed[key] == nil ? "file" : "service" }

  /// - Precondition: The setting takes the value.
  mutating func set(_ key: SettingKey, _ value: String) { changed[key] = value }

  var isEnabled: Bool { value(.syncEnabled) == "true" }
  var retries: Int { Int(value(.retries)) ?? 0 }
  var retryAfter: Duration { ScheduleSettings.every(value(.retryAfter)) ?? .seconds(60) }
  var feedsAtOnce: Int { Int(value(.feedsAtOnce)) ?? 1 }

  /// When runs begin, for a person: the interval as it was set, or the times of the day; nil when nobody ever said.
  var scheduleText: String? {
    let isSaid = file.every != nil || !file.at.isEmpty
    guard isSaid || isEnabled || changed[.syncInterval] != nil || changed[.syncTimes] != nil else { return nil }
    let times = value(.syncTimes)
    return times.isEmpty ? value(.syncInterval) : "at " + times.split(separator: ",").sorted().joined(separator: ", ")
  }

  var schedule: Schedule {
    var settings = file
    settings.at = value(.syncTimes).split(separator: ",").compactMap { TimeOfDay($0) }.sorted()
    settings.every = settings.at.isEmpty ? ScheduleSettings.every(value(.syncInterval)) : nil
    settings.jitter = ScheduleSettings.jitter(value(.jitter)) ?? .zero
    settings.missed = ScheduleSettings.Missed(rawValue: value(.missed)) ?? .catchUp
    return Schedule(settings: settings)
  }
}
