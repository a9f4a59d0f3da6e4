/// The usual writing of ``MomentFormat/unixDate``: `Tue Jan 01 00:00:00 EST 2013`, 28 characters with a zone of three letters.
///
/// Read from the bytes and written as bytes: by way of Strings one such column was a third of stage's time on a table of
/// vehicles. Any other writing goes the other way, and a property test holds the two equal.
public enum PlainUnixDate {
  /// Appends the moment in UTC, `2013-01-01T05:00:00Z`, or the day that the vendor's clock showed.
  ///
  /// - Returns: False, and nothing is appended, for a text that is no moment in this writing.
  public static func append(_ text: Span<UInt8>, dayOnly: Bool, to out: inout OutputBytes) -> Bool {
    guard text.count == 28, text[3] == 0x20, text[7] == 0x20, text[10] == 0x20, text[13] == 0x3A, text[16] == 0x3A,
      text[19] == 0x20, text[23] == 0x20, days.contains(letters(text, 0)),
      let month = months.firstIndex(of: letters(text, 4)), let offset = zones[letters(text, 20)],
      let day = number(text, 8), let hour = number(text, 11), let minute = number(text, 14),
      let second = number(text, 17), let century = number(text, 24), let rest = number(text, 26)
    else { return false }
    let year = century * 100 + rest
    // The first and the last year are left to the way that knows where the calendar ends.
    guard (2...9998).contains(year), day >= 1, day <= Timestamp.days(in: month + 1, of: year), hour < 24, minute < 60,
      second < 60
    else { return false }
    if dayOnly {
      append(year, month + 1, day, to: &out)
      return true
    }
    let seconds =
      Timestamp.daysSinceEpoch(year, month + 1, day) * 86_400 + hour * 3600 + minute * 60 + second - offset * 3600
    let (date, time) = Timestamp.floored(seconds, 86_400)
    let shown = Timestamp.civil(date)
    append(shown.year, shown.month, shown.day, to: &out)
    out.append(UInt8(ascii: "T"))
    append(time / 3600, to: &out)
    out.append(UInt8(ascii: ":"))
    append(time / 60 % 60, to: &out)
    out.append(UInt8(ascii: ":"))
    append(time % 60, to: &out)
    out.append(UInt8(ascii: "Z"))
    return true
  }

  private static let days: Set<UInt32> = Set(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].map { letters($0) })
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ].map { letters($0) }

  /// Hours from UTC (RFC 822 §5.1).
  private static let zones: [UInt32: Int] = Dictionary(
    uniqueKeysWithValues: [
      ("GMT", 0), ("UTC", 0), ("EST", -5), ("EDT", -4), ("CST", -6), ("CDT", -5), ("MST", -7), ("MDT", -6), ("PST", -8),
      ("PDT", -7),
    ].map { (letters($0.0), $0.1) }
  )

  private static func letters(_ text: StaticString) -> UInt32 {
    unsafe letters(Span(_unsafeElements: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)), 0)
  }

  private static func letters(_ text: Span<UInt8>, _ index: Int) -> UInt32 {
    UInt32(text[index]) << 16 | UInt32(text[index + 1]) << 8 | UInt32(text[index + 2])
  }

  private static func number(_ text: Span<UInt8>, _ index: Int) -> Int? {
    let (tens, ones) = (text[index] &- 0x30, text[index + 1] &- 0x30)
    return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : nil
  }

  private static func append(_ year: Int, _ month: Int, _ day: Int, to out: inout OutputBytes) {
    append(year / 100, to: &out)
    append(year % 100, to: &out)
    out.append(UInt8(ascii: "-"))
    append(month, to: &out)
    out.append(UInt8(ascii: "-"))
    append(day, to: &out)
  }

  private static func append(_ number: Int, to out: inout OutputBytes) {
    out.append(UInt8(ascii: "0") + UInt8(number / 10))
    out.append(UInt8(ascii: "0") + UInt8(number % 10))
  }
}
