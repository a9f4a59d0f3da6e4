import JSONText
import TestSupport
import Testing

struct PlainMomentTests {
  @Test("what is read quickly sorts as the whole reader has it", arguments: 0..<2000 as Range<UInt64>)
  func equal(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let text = Self.moment(using: &random)
    var out = OutputBytes()
    let isVersion = VersionOrder.append(Array(text.utf8).span, type: .timestamp, to: &out)
    let form = VersionOrder.normalise(text, type: .timestamp)
    #expect(isVersion == (form != nil), "\(text)")
    #expect(out.string == form ?? "", "\(text)")
    let isPlain = PlainMoment.isPlain(Array(text.utf8).span)
    #expect(!isPlain || form != nil, "\(text)")
    let day = String(text.prefix(10))
    let isDay = PlainMoment.isDay(Array(day.utf8).span)
    #expect(isDay == (Timestamp(day) != nil), "\(day)")
  }

  @Test(
    "the usual writing is read quickly",
    arguments: ["2024-01-06T04:39:08Z", "2024-02-29T23:59:59.123Z", "0001-01-01T00:00:00.123456789Z"]
  )
  func plain(text: String) {
    let isPlain = PlainMoment.isPlain(Array(text.utf8).span)
    #expect(isPlain)
  }

  /// Mostly moments of the usual writing, many of them a little wrong.
  private static func moment(using random: inout SeededGenerator) -> String {
    func digits(_ count: Int, _ bound: Int) -> String {
      let number = String(Int.random(in: 0...bound, using: &random))
      return String(repeating: "0", count: max(0, count - number.count)) + number
    }
    var text = "\(digits(4, 9999))-\(digits(2, 13))-\(digits(2, 32))T\(digits(2, 24)):\(digits(2, 60)):\(digits(2, 61))"
    let fraction = Int.random(in: 0...11, using: &random)
    if fraction > 0 { text += "." + (0..<(fraction - 1)).map { _ in digits(1, 9) }.joined() }
    text += ["Z", "Z", "Z", "z", "", "+01:00"].randomElement(using: &random) ?? ""
    if Int.random(in: 0..<4, using: &random) == 0 {
      var bytes = Array(text.utf8)
      bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0x20...0x7E, using: &random)
      text = String(decoding: bytes, as: UTF8.self)
    }
    return text
  }
}
