internal import JSONText

/// A version of a record as two numbers that compare as versions do; for moments and whole numbers.
///
/// Made for every record that is fetched, so the usual writing of a moment is read without a String. Anything unusual
/// goes through ``Timestamp``, with which a property test holds the quick way equal.
struct VersionKey: Comparable, Sendable {
  /// The number, or seconds since 1970.
  let major: Int
  /// Nanoseconds; finer parts are not looked at.
  let minor: Int

  /// Nil when the text is no version of that type.
  init?(_ text: Span<UInt8>, type: VersionType) {
    switch type {
    case .integer:
      guard let number = Int(text.string) else { return nil }
      self.init(major: number, minor: 0)
    case .timestamp:
      guard let key = Self(plain: text) ?? Self(timestamp: text.string) else { return nil }
      self = key
    case .text:
      return nil
    }
  }

  private init(major: Int, minor: Int) {
    self.major = major
    self.minor = minor
  }

  private init?(timestamp text: String) {
    guard let timestamp = Timestamp(text) else { return nil }
    major = timestamp.seconds
    let digits = timestamp.fraction.prefix(9)
    minor = Int(digits + String(repeating: "0", count: 9 - digits.count)) ?? 0
  }

  static func < (left: Self, right: Self) -> Bool { (left.major, left.minor) < (right.major, right.minor) }
}

extension VersionKey {
  /// `2024-01-06T04:39:08Z`, with or without a fraction: what nearly all records carry.
  init?(plain text: Span<UInt8>) {
    guard text.count >= 20, text[text.count - 1] == UInt8(ascii: "Z"), text[10] == UInt8(ascii: "T"),
      text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"), text[13] == UInt8(ascii: ":"),
      text[16] == UInt8(ascii: ":"), let century = Self.number(text, 0), let year = Self.number(text, 2),
      let month = Self.number(text, 5), let day = Self.number(text, 8), let hour = Self.number(text, 11),
      let minute = Self.number(text, 14), let second = Self.number(text, 17), century >= 1, (1...12).contains(month),
      (1...Self.days(of: month, in: century * 100 + year)).contains(day), hour < 24, minute < 60, second < 60
    else { return nil }
    var nanoseconds = 0
    if text.count > 20 {
      guard text[19] == UInt8(ascii: "."), text.count > 21, text.count <= 30 else { return nil }
      for index in 20..<(text.count - 1) {
        guard text[index].isDigit else { return nil }
        nanoseconds = nanoseconds * 10 + Int(text[index] - 0x30)
      }
      for _ in (text.count - 21)..<9 { nanoseconds *= 10 }
    }
    let days = Self.daysSinceEpoch(century * 100 + year, month, day)
    self.init(major: ((days * 24 + hour) * 60 + minute) * 60 + second, minor: nanoseconds)
  }

  private static func days(of month: Int, in year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func number(_ text: Span<UInt8>, _ index: Int) -> Int? {
    guard text[index].isDigit, text[index + 1].isDigit else { return nil }
    return Int(text[index] - 0x30) * 10 + Int(text[index + 1] - 0x30)
  }

  /// Years begin in March here, so that the leap day is a year's last; 719,468 days lie between 0000-03-01 and 1970.
  private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let (marchYear, marchMonth) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
    let leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400
    return marchYear * 365 + leapDays + (marchMonth * 153 + 2) / 5 + day - 1 - 719_468
  }
}

extension Span<UInt8> {
  /// The bytes as text.
  var string: String { unsafe withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) } }
}
