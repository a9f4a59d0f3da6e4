/// The writing of a moment that nearly every record carries: `2024-01-06T04:39:08.123Z`, in UTC and with at most nine
/// digits of fraction.
///
/// Hash and stage look at one or more for every record, so this is read from the bytes and without a String: through
/// ``Timestamp`` alone, moments were a quarter of stage's time. Any other writing still goes that way, and a property
/// test holds the two equal.
public enum PlainMoment {
  /// Whether the text is a moment of the calendar in this writing.
  public static func isPlain(_ text: Span<UInt8>) -> Bool {
    let count = text.count
    guard count >= 20, count <= 30, count != 21, isDay(text.extracting(0..<10)), text[10] == UInt8(ascii: "T"),
      text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"), text[count - 1] == UInt8(ascii: "Z"),
      let hour = number(text, 11), let minute = number(text, 14), let second = number(text, 17), hour < 24,
      minute < 60, second < 60
    else { return false }
    guard count > 20 else { return true }
    guard text[19] == UInt8(ascii: ".") else { return false }
    for index in 20..<(count - 1) where text[index] < 0x30 || text[index] > 0x39 { return false }
    return true
  }

  /// Whether the text is a day of the calendar: `2024-01-06`.
  public static func isDay(_ text: Span<UInt8>) -> Bool {
    guard text.count == 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
      let century = number(text, 0), let year = number(text, 2), let month = number(text, 5),
      let day = number(text, 8), century + year > 0, (1...12).contains(month), day >= 1
    else { return false }
    return day <= 28 || day <= Timestamp.days(in: month, of: century * 100 + year)
  }

  /// Appends the sortable form of such a text: its fraction has nine digits.
  static func appendSortable(_ text: Span<UInt8>, to out: inout OutputBytes) {
    out.append(text.extracting(0..<19))
    out.append(0x2E)
    let fraction = max(20, text.count - 1)
    out.append(text.extracting(min(20, text.count - 1)..<(text.count - 1)))
    for _ in (fraction - 20)..<9 { out.append(0x30) }
    out.append(0x5A)
  }

  private static func number(_ text: Span<UInt8>, _ index: Int) -> Int? {
    let (tens, ones) = (text[index] &- 0x30, text[index + 1] &- 0x30)
    return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : nil
  }
}
