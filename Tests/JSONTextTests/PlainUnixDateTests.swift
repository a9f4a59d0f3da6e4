import JSONText
import TestSupport
import Testing

struct PlainUnixDateTests {
  @Test("what is read quickly is what the whole reader has", arguments: 0..<4000 as Range<UInt64>)
  func equal(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let text = Self.moment(using: &random)
    let whole = MomentFormat.unixDate.read(text)
    for dayOnly in [false, true] {
      var out = OutputBytes()
      guard PlainUnixDate.append(Array(text.utf8).span, dayOnly: dayOnly, to: &out) else {
        let count = out.count
        #expect(count == 0, "\(text)")
        continue
      }
      let found = out.string
      #expect(found == (dayOnly ? whole?.day : whole?.text), "\(text)")
    }
  }

  @Test(
    "the usual writing is read quickly",
    arguments: [
      ("Tue Jan 01 00:00:00 EST 2013", "2013-01-01T05:00:00Z"),
      ("Sat Feb 29 23:59:59 PDT 2020", "2020-03-01T06:59:59Z"),
      ("Fri Dec 31 23:00:00 EST 1999", "2000-01-01T04:00:00Z"),
      ("Thu Jan 01 00:00:00 UTC 1970", "1970-01-01T00:00:00Z"),
    ]
  )
  func plain(text: String, moment: String) {
    var out = OutputBytes()
    let isPlain = PlainUnixDate.append(Array(text.utf8).span, dayOnly: false, to: &out)
    let found = out.string
    #expect(isPlain && found == moment)
  }

  /// Mostly moments of the usual writing, many of them a little wrong.
  private static func moment(using random: inout SeededGenerator) -> String {
    func two(_ bound: Int) -> String {
      let number = Int.random(in: 0...bound, using: &random)
      return number < 10 ? "0\(number)" : "\(number)"
    }
    let day = ["Mon", "Tue", "Sun", "wed", "Day"].randomElement(using: &random) ?? ""
    let months = ["Jan", "Feb", "Feb", "Apr", "Jun", "Dec", "dec", "Okt"]
    let zone = ["EST", "EDT", "CST", "MDT", "PST", "PDT", "GMT", "UTC", "IST", "GMT+01:00"].randomElement(
      using: &random
    )
    let year = ["0001", "9999", "2\(two(9).suffix(1))\(two(99))", "19\(two(99))"].randomElement(using: &random) ?? ""
    let month = months.randomElement(using: &random) ?? ""
    let text = "\(day) \(month) \(two(32)) \(two(24)):\(two(60)):\(two(61)) \(zone ?? "") \(year)"
    guard Int.random(in: 0..<4, using: &random) == 0 else { return text }
    var bytes = Array(text.utf8)
    bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0x20...0x7E, using: &random)
    return String(decoding: bytes, as: UTF8.self)
  }
}
