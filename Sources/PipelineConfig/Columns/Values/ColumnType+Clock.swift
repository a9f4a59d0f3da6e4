internal import JSONText

extension ColumnType {
  /// `09:30`, `09:30:15.5`: a time of the day without a zone, up to `24:00:00`, which PostgreSQL keeps apart from midnight.
  static func appendTime(_ value: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes) throws(Misfit) {
    guard parser.kind(value).isString, let time = ClockText.time(of: parser.string(value)) else {
      throw Misfit(value, of: parser, isNo: "time")
    }
    append(plain: time, to: &out)
  }

  /// `9:30 AM`, `12:05:00 pm`.
  static func appendTwelveHours(_ value: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes)
    throws(Misfit)
  {
    guard parser.kind(value).isString, let time = ClockText.time(ofHalfDay: parser.string(value)) else {
      throw Misfit(value, of: parser, isNo: "time in the writing 12h")
    }
    append(plain: time, to: &out)
  }

  /// A moment in a named writing; a column of days takes the day that the vendor's clock showed.
  static func appendMoment(
    _ value: JSONNode,
    as format: ColumnFormat,
    dayOnly: Bool,
    of parser: borrowing JSONParser,
    to out: inout OutputBytes
  ) throws(Misfit) {
    if format == .unixDate, parser.kind(value) == .string, appendUnixDate(value, dayOnly: dayOnly, of: parser, to: &out)
    {
      return
    }
    let isCount = format == .epochSeconds || format == .epochMilliseconds
    guard parser.kind(value).isString || (isCount && parser.kind(value) == .number),
      let moment = format.moment?.read(parser.string(value))
    else {
      throw Misfit(value, of: parser, isNo: "\(dayOnly ? "date" : "timestamptz") in the writing \(format.rawValue)")
    }
    append(plain: dayOnly ? moment.day : moment.text, to: &out)
  }

  /// False, and nothing is appended, for any but the usual writing.
  private static func appendUnixDate(
    _ value: JSONNode,
    dayOnly: Bool,
    of parser: borrowing JSONParser,
    to out: inout OutputBytes
  ) -> Bool {
    let start = out.count
    out.append(0x22)
    let isAppended = unsafe parser.withText(value) {
      PlainUnixDate.append(unsafe Span(_unsafeElements: $0), dayOnly: dayOnly, to: &out)
    }
    if isAppended { out.append(0x22) } else { out.truncate(to: start) }
    return isAppended
  }
}

/// Times of the day as text.
enum ClockText {
  /// `HH:MM:SS` with the fraction that was written; nil for what is no time.
  static func time(of text: String) -> String? {
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), let hour = number(parts[0], digits: 2...2, max: 24),
      let minute = number(parts[1], digits: 2...2, max: 59)
    else { return nil }
    return time(hour, minute, parts.count == 3 ? parts[2] : "00"[...].utf8)
  }

  /// The same of `h:mm[:ss] AM|PM`.
  static func time(ofHalfDay text: String) -> String? {
    let upper = text.uppercased()
    guard upper.hasSuffix("AM") || upper.hasSuffix("PM") else { return nil }
    let clock = upper.dropLast(2).trimming { $0 == " " }
    let parts = clock.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count), let written = number(parts[0], digits: 1...2, max: 12), written > 0,
      let minute = parts.count > 1 ? number(parts[1], digits: 2...2, max: 59) : 0
    else { return nil }
    let hour = written % 12 + (upper.hasSuffix("PM") ? 12 : 0)
    return time(hour, minute, parts.count == 3 ? parts[2] : "00"[...].utf8)
  }

  /// Fewer digits than PostgreSQL reads at once, and far more than it keeps.
  private static let fractionCountMax = 30

  private static func time(_ hour: Int, _ minute: Int, _ second: Substring.UTF8View) -> String? {
    let parts = second.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = number(parts[0], digits: 2...2, max: 59) else { return nil }
    var fraction = ""
    if parts.count == 2 {
      let digits = Substring(parts[1])
      guard (1...fractionCountMax).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
      else { return nil }
      fraction = ".\(digits)"
    }
    // The end of the day is a time, and nothing after it is.
    if hour == 24, minute > 0 || whole > 0 || fraction.contains(where: { $0 != "." && $0 != "0" }) { return nil }
    return "\(padded(hour)):\(padded(minute)):\(padded(whole))\(fraction)"
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static func number(_ text: Substring.UTF8View, digits: ClosedRange<Int>, max: Int) -> Int? {
    guard digits.contains(text.count), text.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    let value = text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    return value <= max ? value : nil
  }
}
