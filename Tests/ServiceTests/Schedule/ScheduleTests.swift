import Foundation
import PipelineConfig
import Testing

@testable import Service

/// When runs begin by themselves, without a clock: told what was and what time it is.
struct ScheduleTests {
  /// 2026-11-21T12:00:00Z.
  private static let noon = Date(timeIntervalSince1970: 1_795_262_400)

  private static func every(_ seconds: Int, _ missed: ScheduleSettings.Missed = .catchUp) -> Schedule {
    var settings = ScheduleSettings()
    (settings.every, settings.missed) = (.seconds(seconds), missed)
    return Schedule(settings: settings)
  }

  private static func at(_ times: [String], _ missed: ScheduleSettings.Missed = .catchUp) -> Schedule {
    var settings = ScheduleSettings()
    (settings.at, settings.missed) = (times.compactMap { TimeOfDay($0) }, missed)
    return Schedule(settings: settings)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var schedule: Schedule
    /// Seconds before noon at which the last run began; nil for none.
    var last: Double?
    /// Seconds after noon at which the next one is due, asked at noon.
    var due: Double?
    var testDescription: String { name }
  }

  private static let day = 86_400.0

  @Test(
    "a run is due when the schedule says, also after downtime",
    arguments: [
      Case(name: "no schedule", schedule: Schedule(settings: ScheduleSettings()), last: 5, due: nil),
      Case(name: "none ran yet", schedule: every(3600), last: nil, due: 0),
      Case(name: "half of the interval is over", schedule: every(3600), last: 1800, due: 1800),
      Case(
        name: "a moment late is in time, whatever becomes of missed ones",
        schedule: every(3600, .skip),
        last: 3620,
        due: -20
      ),
      Case(name: "missed, caught up", schedule: every(3600), last: 10 * 3600, due: -9 * 3600),
      Case(name: "missed, skipped: in turn", schedule: every(3600, .skip), last: 10 * 3600 + 600, due: 3000),
      Case(name: "the clock was set back by a day", schedule: every(3600), last: -day, due: 3600),
      Case(name: "the next time of the day", schedule: at(["02:00", "14:30"]), last: 3600, due: 2.5 * 3600),
      Case(name: "the first one of tomorrow", schedule: at(["02:00"]), last: 3600, due: 14 * 3600),
      Case(
        name: "a time that was missed is caught up",
        schedule: at(["02:00", "14:30"]),
        last: day,
        due: -21.5 * 3600
      ),
      Case(
        name: "a time that was missed is skipped",
        schedule: at(["02:00", "14:30"], .skip),
        last: day,
        due: 2.5 * 3600
      ),
      Case(name: "times, and none ran yet", schedule: at(["02:00"]), last: nil, due: 14 * 3600),
    ]
  )
  func due(entry: Case) {
    let last = entry.last.map { Self.noon.addingTimeInterval(-$0) }
    let due = entry.schedule.due(after: last, now: Self.noon)
    #expect(
      due == entry.due.map { Self.noon.addingTimeInterval($0) },
      "\(due.map { $0.timeIntervalSince(Self.noon) } ?? .nan)"
    )
  }

  @Test(
    "a run that is put off by chance has not been missed while its time may still come",
    arguments: [(1740.0, true), (1860, true), (1920, false)] as [(Double, Bool)]
  )
  func jitter(late: Double, isStillDue: Bool) {
    var schedule = Self.at(["12:00"], .skip)
    schedule.settings.jitter = .seconds(1800)
    let yesterday = Self.noon.addingTimeInterval(-86_400)
    let due = schedule.due(after: yesterday, now: Self.noon.addingTimeInterval(late))
    #expect(due == Self.noon.addingTimeInterval(isStillDue ? 0 : 86_400))
  }

  @Test("late is what has not succeeded for twice as long as there is between two runs")
  func overdue() {
    #expect(Self.every(3600).overdueAfter == .seconds(7200))
    #expect(Self.at(["02:00", "14:00"]).overdueAfter == .seconds(2 * 12 * 3600))
    #expect(Self.at(["02:00"]).overdueAfter == .seconds(2 * 86_400))
    #expect(Schedule(settings: ScheduleSettings()).overdueAfter == nil)
  }

  @Test(
    "in a thousand schedules no run is due before its interval is over, nor later than one interval from now",
    arguments: 0..<20
  )
  func property(seed: Int) {
    for step in 0..<50 {
      let seconds = 60 + (seed * 131 + step * 977) % 90_000
      let last = Double((seed * 7919 + step * 104_729) % 1_000_000)
      for missed in ScheduleSettings.Missed.allCases {
        let schedule = Self.every(seconds, missed)
        let start = Self.noon.addingTimeInterval(-last)
        guard let due = schedule.due(after: start, now: Self.noon) else {
          Issue.record("no run is due")
          continue
        }
        #expect(due.timeIntervalSince(start) >= Double(seconds) - 0.001)
        #expect(due.timeIntervalSince(Self.noon) <= Double(seconds))
        let turns = due.timeIntervalSince(start) / Double(seconds)
        #expect(abs(turns - turns.rounded()) < 1e-6, "runs keep their turn")
      }
    }
  }

  @Test("times of the day are taken in one form", arguments: [("00:00", 0), ("23:59", 1439), ("02:30", 150)])
  func times(text: String, minutes: Int) {
    #expect(TimeOfDay(text)?.minutes == minutes && TimeOfDay(text)?.description == text)
  }

  @Test(
    "what is no time of the day is not taken",
    arguments: ["24:00", "2:30", "02:60", "0230", "02:30:00", "-1:00", "", "٠٢:٣٠"]
  )
  func noTimes(text: String) { #expect(TimeOfDay(text) == nil) }

  @Test(
    "lengths of time are told in two units",
    arguments: [(0.0, "0s"), (59.6, "1m"), (61, "1m1s"), (7500, "2h5m"), (90_000, "1d1h")]
  )
  func spans(seconds: Double, text: String) { #expect(SpanText.text(seconds: seconds) == text) }
}
