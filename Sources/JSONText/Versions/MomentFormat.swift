/// How a vendor writes a moment or a day; the raw value is the name in `pipeline.json`.
public enum MomentFormat: String, CaseIterable, Sendable {
  /// `2024-01-06T04:39:08.123Z`, or a day alone. Source: ISO 8601, RFC 3339.
  case iso
  /// `Tue, 01 Jan 2013 05:00:00 GMT`. Source: RFC 1123 §5.2.14, with the zones of RFC 822 §5.1.
  case rfc1123
  /// `Tue Jan 01 00:00:00 EST 2013`, as `date` and Java's `Date.toString()` print; the day with two digits, one, or a space.
  case unixDate = "unix_date"
  /// Seconds since 1970, as a number or in a string; a fraction is kept.
  case epochSeconds = "epoch_s"
  /// Milliseconds since 1970.
  case epochMilliseconds = "epoch_ms"
  /// `/Date(1357016400000)/` or `/Date(1357016400000-0500)/`: milliseconds since 1970, and where the vendor's clock hung.
  case dotNet = "dotnet"

  /// Reads a moment; nil when the text is none in this writing, or lies outside the years 1 to 9999.
  public func read(_ text: String) -> WrittenMoment? {
    switch self {
    case .iso: WrittenMoment(iso: text)
    case .rfc1123: WrittenMoment(rfc1123: text)
    case .unixDate: WrittenMoment(unixDate: text)
    case .epochSeconds: WrittenMoment(epoch: Substring(text), unitsPerSecondDigits: 0)
    case .epochMilliseconds: WrittenMoment(epoch: Substring(text), unitsPerSecondDigits: 3)
    case .dotNet: WrittenMoment(dotNet: text)
    }
  }
}

/// A moment together with the day that the vendor's own clock showed then.
public struct WrittenMoment: Equatable, Sendable {
  public let moment: Timestamp
  /// `2013-01-01`, where the writing names a clock; in UTC where it counts from 1970.
  public let day: String

  /// In UTC: `2013-01-01T05:00:00Z`, with the fraction that was written.
  public var text: String { moment.text }
}

extension WrittenMoment {
  fileprivate init?(iso text: String) {
    guard let moment = Timestamp(text) else { return nil }
    self.init(moment: moment, day: String(text.prefix(Self.dayCount)))
  }

  private init(_ moment: Timestamp, offset: Int) {
    // At the very edge of the calendar the clock may show a day of the year 0 or 10000; then it is UTC's.
    let shown = Timestamp(seconds: moment.seconds + offset) ?? moment
    self.init(moment: moment, day: String(shown.text.prefix(Self.dayCount)))
  }

  private static let dayCount = "2013-01-01".utf8.count

  fileprivate init?(rfc1123 text: String) {
    var parts = text.split(separator: " ", omittingEmptySubsequences: true)
    if let first = parts.first, first.hasSuffix(",") {
      guard Self.days.contains(first.dropLast().lowercased()) else { return nil }
      parts.removeFirst()
    }
    guard parts.count == 5 else { return nil }
    self.init(day: parts[0], month: parts[1], year: parts[2], time: parts[3], zone: parts[4])
  }

  fileprivate init?(unixDate text: String) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: true)
    guard parts.count == 6, Self.days.contains(parts[0].lowercased()) else { return nil }
    self.init(day: parts[2], month: parts[1], year: parts[5], time: parts[3], zone: parts[4])
  }

  private init?(day: Substring, month: Substring, year: Substring, time: Substring, zone: Substring) {
    guard let month = Self.months.firstIndex(of: month.lowercased()), (1...2).contains(day.utf8.count),
      year.utf8.count == 4, let offset = Self.offset(of: zone)
    else { return nil }
    let padded = { (digits: String) in digits.utf8.count == 1 ? "0" + digits : digits }
    let written = "\(year)-\(padded(String(month + 1)))-\(padded(String(day)))T\(time)Z"
    guard let local = Timestamp(written),
      let moment = Timestamp(seconds: local.seconds - offset, fraction: local.fraction)
    else { return nil }
    self.init(moment, offset: offset)
  }

  /// A count of units since 1970, a second having 10^`unitsPerSecondDigits` of them.
  fileprivate init?(epoch text: Substring, unitsPerSecondDigits scale: Int, offset: Int = 0) {
    var rest = text.utf8
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest.removeFirst() }
    let parts = rest.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    // Fifteen digits of milliseconds are far beyond the year 9999, and as many of a fraction beyond what any clock tells.
    guard (1...2).contains(parts.count),
      parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }),
      parts[0].count <= 15, parts.last.map({ $0.count <= 15 }) == true, let units = Int(String(parts[0]) ?? "")
    else { return nil }
    let perSecond = [1, 10, 100, 1000][scale]
    let below = String(units % perSecond)
    var fraction = scale == 0 ? "" : String(repeating: "0", count: scale - below.utf8.count) + below
    if parts.count == 2 { fraction += String(parts[1]) ?? "" }
    while fraction.utf8.last == 0x30 { fraction.removeLast() }
    var seconds = units / perSecond
    if isNegative {
      seconds = -seconds
      // Half a second before the epoch is the second before it, and a half.
      if !fraction.isEmpty { (seconds, fraction) = (seconds - 1, Self.complement(fraction)) }
    }
    guard let moment = Timestamp(seconds: seconds, fraction: fraction) else { return nil }
    self.init(moment, offset: offset)
  }

  fileprivate init?(dotNet text: String) {
    guard text.hasPrefix("/Date("), text.hasSuffix(")/") else { return nil }
    let inner = text.dropFirst(6).dropLast(2)
    // A sign that is not the first character begins the offset; the count itself is in UTC whatever the offset.
    guard let sign = inner.dropFirst().firstIndex(where: { $0 == "+" || $0 == "-" }) else {
      self.init(epoch: inner, unitsPerSecondDigits: 3)
      return
    }
    guard let offset = Self.offset(of: inner[sign...]) else { return nil }
    self.init(epoch: inner[..<sign], unitsPerSecondDigits: 3, offset: offset)
  }

  /// 1 - 0.digits, of as many digits.
  private static func complement(_ digits: String) -> String {
    var result: [UInt8] = []
    var borrowed = false
    for digit in digits.utf8.reversed() {
      let value = digit - 0x30
      if !borrowed && value == 0 {
        result.append(0x30)
      } else {
        result.append(0x30 + (borrowed ? 9 - value : 10 - value))
        borrowed = true
      }
    }
    return String(decoding: result.reversed(), as: UTF8.self)
  }

  private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  /// The zones that RFC 822 §5.1 names, UTC, and offsets as `+0530`, `+05:30` or Java's `GMT+05:30`; nil for any other,
  /// since most abbreviations mean several zones.
  private static func offset(of zone: Substring) -> Int? {
    let name = zone.uppercased()
    if let hours = zones[name] { return hours * 3600 }
    let digits = (name.hasPrefix("GMT") ? String(name.dropFirst(3)) : name).utf8.filter { $0 != UInt8(ascii: ":") }
    guard digits.count == 5, digits[0] == UInt8(ascii: "+") || digits[0] == UInt8(ascii: "-"),
      let number = Int(String(decoding: digits.dropFirst(), as: UTF8.self)), digits[1] < 0x3A, digits[1] >= 0x30,
      number / 100 < 24, number % 100 < 60
    else { return nil }
    let seconds = number / 100 * 3600 + number % 100 * 60
    return digits[0] == UInt8(ascii: "-") ? -seconds : seconds
  }

  private static let zones = [
    "GMT": 0, "UT": 0, "UTC": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8,
    "PDT": -7,
  ]
}
