internal import Glibc

/// The time of day as events and logs carry it.
public enum WallClock {
  /// Now, in RFC 3339 form, UTC, with milliseconds: `2026-11-20T23:44:08.123Z`.
  public static func timestamp() -> String {
    var now = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
    return timestamp(seconds: now.tv_sec, milliseconds: now.tv_nsec / 1_000_000)
  }

  /// Now, in milliseconds since 1970.
  public static func milliseconds() -> Int {
    var now = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
    return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
  }

  /// A time in milliseconds since 1970, in the same form.
  public static func timestamp(milliseconds: Int) -> String {
    let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
    return timestamp(seconds: seconds, milliseconds: rest)
  }

  static func timestamp(seconds: Int, milliseconds: Int) -> String {
    let (date, time) = fields(seconds: seconds)
    return "\(date.joined(separator: "-"))T\(time.joined(separator: ":")).\(milliseconds.padded(3))Z"
  }

  /// Year, month and day, and hour, minute and second of a time since 1970, UTC, each with its zeros.
  public static func fields(seconds: Int) -> (date: [String], time: [String]) {
    var seconds = time_t(seconds)
    var fields = unsafe tm()
    _ = unsafe gmtime_r(&seconds, &fields)
    let (year, month, day) = unsafe (Int(fields.tm_year) + 1900, Int(fields.tm_mon) + 1, Int(fields.tm_mday))
    let (hour, minute, second) = unsafe (Int(fields.tm_hour), Int(fields.tm_min), Int(fields.tm_sec))
    return ([year.padded(4), month.padded(2), day.padded(2)], [hour.padded(2), minute.padded(2), second.padded(2)])
  }
}
