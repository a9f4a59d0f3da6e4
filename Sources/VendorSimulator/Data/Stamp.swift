/// The instant at which the vendor's clock says a record came or changed last: milliseconds since 1970, UTC.
struct Stamp: Comparable, Hashable, Sendable {
  var milliseconds: Int64

  static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

  var instant: Instant { Instant(milliseconds: milliseconds) }

  /// Bytes of every stamp's text.
  static let textBytes = 24

  /// `2024-01-06T04:39:08.123Z`.
  var text: [UInt8] {
    let day = milliseconds >= 0 ? milliseconds / 86_400_000 : (milliseconds - 86_399_999) / 86_400_000
    let time = Int(milliseconds - day * 86_400_000)
    let date = Calendar.date(dayNumber: day)
    var text: [UInt8] = []
    text.reserveCapacity(Self.textBytes)
    Self.append(date.year, 4, "-", to: &text)
    Self.append(date.month, 2, "-", to: &text)
    Self.append(date.day, 2, "T", to: &text)
    Self.append(time / 3_600_000, 2, ":", to: &text)
    Self.append(time / 60_000 % 60, 2, ":", to: &text)
    Self.append(time / 1000 % 60, 2, ".", to: &text)
    Self.append(time % 1000, 3, "Z", to: &text)
    return text
  }

  private static func append(_ value: Int, _ width: Int, _ end: Unicode.Scalar, to text: inout [UInt8]) {
    var unit = 1
    for _ in 1..<width { unit *= 10 }
    while unit > 0 {
      text.append(0x30 + UInt8(truncatingIfNeeded: value / unit % 10))
      unit /= 10
    }
    text.append(UInt8(ascii: end))
  }
}
