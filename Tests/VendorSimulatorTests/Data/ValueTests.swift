import Testing

@testable import VendorSimulator

/// Numbers, instants and stamps.
struct ValueTests {
  @Test(
    "a text is the instant that it says",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2024-02-29T12:34:56Z", 1_709_210_096_000),
      ("2024-02-29T12:34:56.789Z", 1_709_210_096_789),
      ("2024-02-29T12:34Z", 1_709_210_040_000), ("2024-02-29t13:34:56+01:00", 1_709_210_096_000),
      ("2024-02-28T23:59:60Z", 1_709_164_800_000), ("1969-12-31T23:59:59.999Z", -1),
      ("0001-01-01T00:00:00Z", -62_135_596_800_000),
    ] as [(String, Int64)]
  )
  func instants(text: String, milliseconds: Int64) {
    #expect(Instant(Array(text.utf8).span) == Instant(milliseconds: milliseconds))
  }

  @Test(
    "what is no instant is none",
    arguments: [
      "", "2024-01-06", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-06T24:00:00Z",
      "2024-01-06T00:60:00Z", "2024-01-06T00:00:61Z", "2024-01-06T00:00:00", "2024-01-06T00:00:00.Z",
      "2024-01-06T00:00:00Zx",
      "2024-01-06 00:00:00Z", "2024-01-06T00:00:00+1:00", "2024-01-06T00:00:00+01", "+2024-01-06T00:00:00Z",
      "2024-01-06T00:00:00 01:00",
    ]
  )
  func noInstants(text: String) { #expect(Instant(Array(text.utf8).span) == nil) }

  @Test("days and dates are one to one over eight centuries")
  func calendar() {
    var date = (year: 1600, month: 1, day: 1)
    var expected = Calendar.dayNumber(year: 1600, month: 1, day: 1)
    #expect(Calendar.dayNumber(year: 1970, month: 1, day: 1) == 0)
    while date.year < 2400 {
      #expect(Calendar.dayNumber(year: date.year, month: date.month, day: date.day) == expected)
      #expect(Calendar.date(dayNumber: expected) == date)
      date.day += 1
      if date.day > Calendar.days(inMonth: date.month, of: date.year) { date = (date.year, date.month + 1, 1) }
      if date.month > 12 { date = (date.year + 1, 1, 1) }
      expected += 1
    }
  }

  @Test("a stamp's text is the instant that it is", arguments: 0..<50 as Range<UInt64>)
  func stamps(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let stamp = Stamp(milliseconds: Int64(random.int(-62_135_596_800_000...253_402_300_799_999)))
    #expect(stamp.text.count == Stamp.textBytes)
    #expect(Instant(stamp.text.span) == stamp.instant)
  }

  @Test("numbers sort by their exact value, however they are written")
  func numbers() throws {
    let ascending = [
      ["-1e400"], ["-123456789012345678901234567890"], ["-10", "-1e1", "-10.00"], ["-1.5"], ["-0.001"],
      ["0", "-0", "0.0", "0e99"],
      ["1e-400"], ["0.1", "0.10", "1E-1"], ["0.10000000000000000001"], ["1", "1.0", "+1", "100e-2"], ["9.99"],
      ["10", "1e+1"],
      ["9007199254740992"], ["9007199254740993"], ["9007199254740993.5"], ["1e400"], ["1e99999999999999999999"],
    ]
    var previous: [UInt8] = []
    for group in ascending {
      let encoded = try group.map { text in
        var bytes: [UInt8] = []
        let number = DecimalNumber(Array(text.utf8).span)
        SortBytes.appendNumber(try #require(number), to: &bytes)
        return bytes
      }
      #expect(Set(encoded).count == 1, "\(group)")
      #expect(ByteOrder.compare(previous, encoded[0]) < 0, "\(group)")
      previous = encoded[0]
    }
    for text in ["", "-", "1.2.3", "1e", "e5", "0x1", "1 ", "--1"] {
      #expect(DecimalNumber(Array(text.utf8).span) == nil, "\(text)")
    }
  }

  @Test("a number literal compares as its sort bytes do", arguments: 0..<100 as Range<UInt64>)
  func literals(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func number() -> String {
      let digits = (0..<random.int(1...22)).map { _ in String(random.int(0...9)) }.joined()
      return (random.chance(50) ? "-" : "") + digits + (random.chance(40) ? ".\(random.int(0...999))" : "")
    }
    for _ in 0..<50 {
      let (left, right) = (number(), random.chance(20) ? "9007199254740993" : number())
      let (one, other) = (try #require(NumberLiteral(Array(left.utf8))), try #require(NumberLiteral(Array(right.utf8))))
      let order = other.order(of: Array(left.utf8).span)
      #expect(order?.signum() == ByteOrder.compare(one.sortBytes, other.sortBytes).signum(), "\(left) beside \(right)")
    }
  }
}
