/// A moment as vendors write it: `2024-01-06T04:39:08.1234567-05:00`. The fraction keeps all its digits.
///
/// Accepts a space for the `T`, a missing offset (taken as UTC) and a bare date (its midnight in UTC). Source: RFC 3339.
public struct Timestamp: Equatable, Sendable {
  /// Seconds since 1970-01-01T00:00:00Z.
  public let seconds: Int
  /// Digits after the second, without trailing zeros.
  public let fraction: String
  /// The text named its offset, or was a date.
  public let hasOffset: Bool

  /// A whole second, counted from 1970-01-01T00:00:00Z.
  public init(seconds: Int) { (self.seconds, fraction, hasOffset) = (seconds, "", true) }

  /// Nil when the text is not a moment of the years 1 to 9999.
  public init?(_ text: String) {
    var reader = DigitReader(text)
    guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
      let day = reader.number(2), (1...9999).contains(year), (1...12).contains(month),
      (1...Self.days(in: month, of: year)).contains(day)
    else { return nil }
    var seconds = Self.daysSinceEpoch(year, month, day) * 86_400
    guard !reader.isAtEnd else {
      (self.seconds, fraction, hasOffset) = (seconds, "", true)
      return
    }
    guard reader.take("T") || reader.take("t") || reader.take(" "), let hour = reader.number(2), reader.take(":"),
      let minute = reader.number(2), hour <= 23, minute <= 59
    else { return nil }
    var second = 0
    var digits = ""
    if reader.take(":") {
      // A leap second counts as the first of the next minute, as in PostgreSQL.
      guard let value = reader.number(2), value <= 60 else { return nil }
      second = value
      if reader.take(".") || reader.take(",") {
        digits = reader.digits()
        guard !digits.isEmpty else { return nil }
      }
    }
    seconds += hour * 3600 + minute * 60 + second
    guard let offset = reader.offset(), reader.isAtEnd else { return nil }
    while digits.last == "0" { digits.removeLast() }
    self.seconds = seconds - (offset.seconds ?? 0)
    fraction = digits
    hasOffset = offset.seconds != nil
  }

  /// A moment by its count of seconds; nil outside the years 1 to 9999.
  init?(seconds: Int, fraction: String = "") {
    guard (Self.firstSecond...Self.lastSecond).contains(seconds) else { return nil }
    self.seconds = seconds
    self.fraction = fraction
    hasOffset = true
  }

  /// UTC with the digits of fraction that there are: `2024-01-06T04:39:08.5Z`.
  public var text: String { "\(Self.plain(seconds))\(fraction.isEmpty ? "" : ".")\(fraction)Z" }

  /// UTC with nine digits of fraction: byte order is order in time. Finer parts are not looked at, since text of one length
  /// is what keeps the order. A moment whose offset carries it beyond the year 9999, as that of some vendors' "never", is
  /// that year's last second.
  public var sortable: String {
    let digits = fraction.prefix(9)
    let padding = String(repeating: "0", count: 9 - digits.count)
    return "\(Self.plain(min(seconds, Self.lastSecond))).\(digits)\(padding)Z"
  }

  private static func plain(_ seconds: Int) -> String {
    let day = floored(seconds, 86_400)
    let (year, month, date) = civil(day.quotient)
    let time = day.remainder
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(date, 2))T"
      + "\(padded(time / 3600, 2)):\(padded(time / 60 % 60, 2)):\(padded(time % 60, 2))"
  }

  /// 0001-01-01T00:00:00Z.
  private static let firstSecond = -62_135_596_800

  /// 9999-12-31T23:59:59Z.
  private static let lastSecond = 253_402_300_799
}

extension Timestamp {
  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  static func floored(_ value: Int, _ divisor: Int) -> (quotient: Int, remainder: Int) {
    let remainder = value % divisor
    return remainder < 0 ? (value / divisor - 1, remainder + divisor) : (value / divisor, remainder)
  }

  static func days(in month: Int, of year: Int) -> Int {
    let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// Days before the first of March of a year, counted from the year 0: leap days then fall at a year's end.
  private static func daysBefore(march year: Int) -> Int {
    365 * year + floored(year, 4).quotient - floored(year, 100).quotient + floored(year, 400).quotient
  }

  /// Days before a month of a year that begins in March.
  private static func daysBefore(month: Int) -> Int { (153 * month + 2) / 5 }

  /// Days from 0000-03-01 to 1970-01-01.
  private static let epochDay = 719_468

  static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let (shifted, monthFromMarch) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
    return daysBefore(march: shifted) + daysBefore(month: monthFromMarch) + day - 1 - epochDay
  }

  static func civil(_ daysSinceEpoch: Int) -> (year: Int, month: Int, day: Int) {
    let days = daysSinceEpoch + epochDay
    // The mean year is a little long or short by at most one; one step mends the guess.
    var year = floored(days * 400, 146_097).quotient
    if daysBefore(march: year) > days { year -= 1 }
    if daysBefore(march: year + 1) <= days { year += 1 }
    let dayOfYear = days - daysBefore(march: year)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - daysBefore(month: month) + 1
    return month < 10 ? (year, month + 3, day) : (year + 1, month - 9, day)
  }
}

/// Reads digits and marks from the front of a text.
private struct DigitReader {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = Substring(text).utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ mark: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: mark) else { return false }
    rest.removeFirst()
    return true
  }

  mutating func number(_ width: Int) -> Int? {
    guard rest.count >= width else { return nil }
    var value = 0
    for _ in 0..<width {
      guard let byte = rest.first, (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int(byte - 0x30)
      rest.removeFirst()
    }
    return value
  }

  mutating func digits() -> String {
    var text = ""
    while let byte = rest.first, (0x30...0x39).contains(byte) {
      text.unicodeScalars.append(Unicode.Scalar(byte))
      rest.removeFirst()
    }
    return text
  }

  /// Nil when what follows is no offset; `seconds` is nil when nothing follows.
  mutating func offset() -> (seconds: Int?, Void)? {
    if isAtEnd { return (nil, ()) }
    if take("Z") || take("z") { return (0, ()) }
    let sign = take("-") ? -1 : take("+") ? 1 : 0
    guard sign != 0, let hours = number(2), hours <= 23 else { return nil }
    _ = take(":")
    guard let minutes = isAtEnd ? 0 : number(2), minutes <= 59 else { return nil }
    return (sign * (hours * 3600 + minutes * 60), ())
  }
}
