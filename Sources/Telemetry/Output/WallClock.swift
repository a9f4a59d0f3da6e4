internal import Glibc

/// The time of day as events and logs carry it.
public enum WallClock {
  /// Now, in RFC 3339 form, UTC, with milliseconds: `2026-11-20T23:44:08.123Z`.
  public static func timestamp() -> String {
    var now = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
    return timestamp(seconds: now.tv_sec, milliseconds: now.tv_nsec / 1_000_000)
  }

  static func timestamp(seconds: Int, milliseconds: Int) -> String {
    var seconds = time_t(seconds)
    var fields = unsafe tm()
    _ = unsafe gmtime_r(&seconds, &fields)
    let (year, month, day) = unsafe (Int(fields.tm_year) + 1900, Int(fields.tm_mon) + 1, Int(fields.tm_mday))
    let (hour, minute, second) = unsafe (Int(fields.tm_hour), Int(fields.tm_min), Int(fields.tm_sec))
    let date = [padded(year, 4), padded(month, 2), padded(day, 2)]
    let time = [padded(hour, 2), padded(minute, 2), padded(second, 2)]
    return "\(date.joined(separator: "-"))T\(time.joined(separator: ":")).\(padded(milliseconds, 3))Z"
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
