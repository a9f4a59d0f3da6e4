import PipelineConfig
import Testing

@testable import Service

/// Settings that change while the service runs.
struct SettingTests {
  @Test(
    "a setting takes what it may be",
    arguments: [
      (SettingKey.syncEnabled, ["true", "false"]), (.syncInterval, ["1s", "30m", "24h", "7d", "999d", "999999s"]),
      (.syncTimes, ["", "02:00", "02:00,14:30"]), (.jitter, ["0s", "5m", "24h"]), (.missed, ["catch_up", "skip"]),
      (.retries, ["0", "10"]), (.retryAfter, ["1s", "5m"]), (.feedsAtOnce, ["1", "16"]),
    ]
  )
  func takes(key: SettingKey, values: [String]) { for value in values { #expect(key.takes(value), "\(value)") } }

  @Test(
    "a setting refuses what it may not be",
    arguments: [
      (SettingKey.syncEnabled, ["yes", "", "TRUE", "true\n"]),
      (.syncInterval, ["0s", "24", "1.5h", "-1h", "1000d", "24h ", "h"]),
      (.syncTimes, ["24:00", "2:00", "02:00;14:00", ","]), (.jitter, ["25h", "1d2", "-1s"]), (.missed, ["later"]),
      (.retries, ["11", "-1", "1.0"]), (.retryAfter, ["0s", ""]), (.feedsAtOnce, ["0", "17"]),
    ]
  )
  func refuses(key: SettingKey, values: [String]) { for value in values { #expect(!key.takes(value), "\(value)") } }

  @Test(
    "every value that a setting takes leads to a schedule that says the same",
    arguments: ["1s", "90m", "24h", "7d"]
  )
  func interval(text: String) {
    var values = ServiceValues(file: ScheduleSettings())
    #expect(!values.isEnabled && values.source(.syncInterval) == "file")
    values.set(.syncInterval, text)
    values.set(.syncEnabled, "true")
    #expect(values.isEnabled && values.schedule.settings.every != nil && values.source(.syncInterval) == "service")
  }

  @Test("times of the day take the place of the interval, and an interval that of the times")
  func times() {
    var values = ServiceValues(file: ScheduleSettings())
    values.set(.syncTimes, "14:00,02:00")
    #expect(values.scheduleText == "at 02:00, 14:00" && values.schedule.settings.every == nil)
    values.set(.syncTimes, "")
    values.set(.syncInterval, "12h")
    #expect(values.scheduleText == "12h")
  }

  @Test("what another version has written and this one does not take is not taken")
  func unknown() {
    let values = ServiceValues(file: ScheduleSettings(), changed: [.syncInterval: "forever", .retries: "5"])
    #expect(values.value(.syncInterval) == "24h" && values.retries == 5)
  }
}
