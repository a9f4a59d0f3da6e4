/// A point in time as RFC 3339 writes it, exact to 10⁻¹⁸ s.
struct Instant: Comparable, Hashable, Sendable {
  /// Since 1970-01-01T00:00:00Z.
  var seconds: Int64
  /// 0 ..< 10¹⁸.
  var attoseconds: UInt64 = 0

  init(seconds: Int64) { self.seconds = seconds }

  init(milliseconds: Int64) {
    let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1000)
    seconds = remainder < 0 ? quotient - 1 : quotient
    attoseconds = UInt64(remainder < 0 ? remainder + 1000 : remainder) * 1_000_000_000_000_000
  }

  /// `2024-01-06T04:39:08Z`, with any fraction, seconds optional, `Z` or an offset. Nil for anything else.
  init?(_ text: Span<UInt8>) {
    guard text.count >= 17, text[10] | 0x20 == UInt8(ascii: "t"), let day = Self.day(text) else { return nil }
    guard let hour = Self.number(text, 11, 2, 0...23), text[13] == UInt8(ascii: ":"),
      let minute = Self.number(text, 14, 2, 0...59)
    else { return nil }
    seconds = day * 86_400 + Int64(hour * 3600 + minute * 60)
    var at = 16
    if text[at] == UInt8(ascii: ":") {
      // :60 is a leap second; it is the same instant as the next minute's :00.
      guard let second = Self.number(text, 17, 2, 0...60) else { return nil }
      seconds += Int64(second)
      at = 19
      guard readFraction(text, &at) else { return nil }
    }
    guard let offset = Self.offset(text, at) else { return nil }
    seconds -= offset
  }

  private mutating func readFraction(_ text: Span<UInt8>, _ at: inout Int) -> Bool {
    guard at < text.count, text[at] == UInt8(ascii: ".") else { return true }
    at += 1
    var unit: UInt64 = 100_000_000_000_000_000
    let start = at
    while at < text.count, text[at] >= 0x30, text[at] <= 0x39 {
      attoseconds += UInt64(text[at] - 0x30) * unit
      unit /= 10
      at += 1
    }
    return at > start
  }

  /// Seconds east of UTC; the text must end with them.
  private static func offset(_ text: Span<UInt8>, _ at: Int) -> Int64? {
    guard at < text.count else { return nil }
    if text[at] | 0x20 == UInt8(ascii: "z") { return at + 1 == text.count ? 0 : nil }
    guard at + 6 == text.count, text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-"),
      let hours = number(text, at + 1, 2, 0...23), text[at + 3] == UInt8(ascii: ":"),
      let minutes = number(text, at + 4, 2, 0...59)
    else { return nil }
    let seconds = Int64(hours * 3600 + minutes * 60)
    return text[at] == UInt8(ascii: "-") ? -seconds : seconds
  }

  static func < (left: Self, right: Self) -> Bool {
    (left.seconds, left.attoseconds) < (right.seconds, right.attoseconds)
  }
}

extension Instant {
  /// The first instant, in UTC, of a text that is a date and no more: `2024-01-06`.
  init?(date text: Span<UInt8>) {
    guard text.count == 10, let day = Self.day(text) else { return nil }
    self.init(seconds: day * 86_400)
  }

  /// Days since 1970-01-01 of the date that the text begins with; nil when there is no such day.
  private static func day(_ text: Span<UInt8>) -> Int64? {
    guard let year = number(text, 0, 4, 0...9999), text[4] == UInt8(ascii: "-"),
      let month = number(text, 5, 2, 1...12), text[7] == UInt8(ascii: "-"),
      let day = number(text, 8, 2, 1...Calendar.days(inMonth: month, of: year))
    else { return nil }
    return Calendar.dayNumber(year: year, month: month, day: day)
  }

  private static func number(_ text: Span<UInt8>, _ start: Int, _ length: Int, _ range: ClosedRange<Int>) -> Int? {
    guard start + length <= text.count else { return nil }
    var value = 0
    for index in start..<(start + length) {
      guard text[index] >= 0x30 && text[index] <= 0x39 else { return nil }
      value = value * 10 + Int(text[index] - 0x30)
    }
    return range.contains(value) ? value : nil
  }
}
