/// Ways of writing that seeded records share.
enum SeededFormat {
  /// `P000017` for 17: a letter and at least `width` digits.
  static func key(_ prefix: String, _ number: Int, width: Int) -> String {
    let digits = String(number)
    return prefix + String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// `2023-05-17`, a number of days after 2022-01-01.
  static func date(day: Int) -> String { String(timestamp(day: day, minute: 0).prefix(10)) }

  /// `2023-05-17T09:30:00.000Z`, a number of days after 2022-01-01 and minutes into the day.
  static func timestamp(day: Int, minute: Int) -> String {
    let firstDay = Calendar.dayNumber(year: 2022, month: 1, day: 1)
    let stamp = Stamp(milliseconds: ((firstDay + Int64(day)) * 1440 + Int64(minute)) * 60_000)
    return String(decoding: stamp.text, as: UTF8.self)
  }

  /// A version 4 UUID (RFC 9562 §5.4) of drawn bits.
  static func uuid(_ random: inout SeededGenerator) -> String {
    let high = random.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
    let low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    var digits = Array(hexadecimal(high) + hexadecimal(low))
    for position in [20, 16, 12, 8] { digits.insert("-", at: position) }
    return String(digits)
  }

  private static func hexadecimal(_ bits: UInt64) -> String {
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Some of the words, at least `least`, in their own order.
  static func some(_ words: [String], least: Int, most: Int, _ random: inout SeededGenerator) -> [String] {
    random.positions(random.int(least...most), of: words.count).map { words[$0] }
  }
}
