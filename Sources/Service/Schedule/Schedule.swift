internal import FoundationEssentials
internal import PipelineConfig

/// When runs begin by themselves: a pure value, told what was and what time it is.
struct Schedule: Equatable, Sendable {
  var settings: ScheduleSettings

  /// A run that is no later than this has not been missed: a machine may be slow to wake up.
  static let grace = Duration.seconds(60)

  /// When the next run is due.
  ///
  /// - Parameters:
  ///   - lastStart: When the last run began; nil when there was none, and then a run every so often begins at once.
  ///   - now: The time.
  /// - Returns: Nil when there is no schedule. A time that has passed means now.
  func due(after lastStart: Date?, now: Date) -> Date? {
    guard let first = firstDue(after: lastStart, now: now) else { return nil }
    let late = now.timeIntervalSince(first)
    guard late > (Self.grace + settings.jitter) / .seconds(1), settings.missed == .skip else { return first }
    return nextInTurn(from: first, after: now)
  }

  /// Whether there is any.
  var exists: Bool { settings.every != nil || !settings.at.isEmpty }

  /// The time until a run that should have been counts as late: as long again as there is between two.
  var overdueAfter: Duration? {
    if let every = settings.every { return every * 2 + settings.jitter }
    guard let first = settings.at.first else { return nil }
    let minutes = settings.at.map(\.minutes)
    let gaps = zip(minutes, minutes.dropFirst() + [first.minutes + 1440]).map { $1 - $0 }
    return .seconds((gaps.max() ?? 1440) * 60 * 2) + settings.jitter
  }

  private func firstDue(after lastStart: Date?, now: Date) -> Date? {
    if let every = settings.every {
      guard let lastStart else { return now }
      // A clock that was set back must not hold everything up: from now on it counts.
      return min(lastStart, now).addingTimeInterval(every / .seconds(1))
    }
    return settings.at.isEmpty ? nil : slot(after: min(lastStart ?? now, now))
  }

  private func nextInTurn(from first: Date, after now: Date) -> Date? {
    guard let every = settings.every.map({ $0 / .seconds(1) }) else { return slot(after: now) }
    let missed = (now.timeIntervalSince(first) / every).rounded(.down) + 1
    return first.addingTimeInterval(missed * every)
  }

  /// The first time of the day after a moment.
  private func slot(after moment: Date) -> Date? {
    let seconds = moment.timeIntervalSince1970
    let midnight = (seconds / 86_400).rounded(.down) * 86_400
    for day in 0...1 {
      for time in settings.at {
        let slot = midnight + Double(day * 86_400 + time.minutes * 60)
        if slot > seconds { return Date(timeIntervalSince1970: slot) }
      }
    }
    return nil
  }
}
