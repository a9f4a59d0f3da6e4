internal import Glibc

/// A point in time to a millionth of a second, as the system's clock has it.
struct Moment: Comparable, Hashable, Sendable {
  /// Since 1970-01-01T00:00:00Z.
  var microseconds: Int64

  static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

  static func now() -> Moment {
    var now = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
    return Moment(microseconds: Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000)
  }

  func moved(by microseconds: Int64) -> Moment { Moment(microseconds: self.microseconds + microseconds) }

  var stamp: Stamp { Stamp(milliseconds: microseconds / 1000) }

  /// Seconds with six places: `1700000000.000123`.
  var text: String {
    let fraction = String(microseconds % 1_000_000 + 1_000_000).dropFirst()
    return "\(microseconds / 1_000_000).\(fraction)"
  }
}
