import JSONText
import TestSupport
import Testing

@testable import Fetching

/// The quick reading of a version against the whole one, where texts are odd.
struct VersionKeyTests {
  private static func key(_ text: String, _ type: VersionType) -> [Int]? {
    VersionKey(Array(text.utf8).span, type: type).map { [$0.major, $0.minor] }
  }

  private static func plain(_ text: [UInt8]) -> [Int]? { VersionKey(plain: text.span).map { [$0.major, $0.minor] } }

  private static func whole(_ text: [UInt8]) -> [Int]? {
    Timestamp(String(decoding: text, as: UTF8.self)).map { moment in
      let digits = Array(moment.fraction.utf8.prefix(9).map { Int($0) - 0x30 })
      return [moment.seconds, (0..<9).reduce(0) { $0 * 10 + ($1 < digits.count ? digits[$1] : 0) }]
    }
  }

  @Test(
    "a damaged moment is one to the quick reader only if it is the same one to the whole reader",
    arguments: 0..<2000 as Range<UInt64>
  )
  func damaged(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let models = [
      "2024-02-28T23:59:59Z", "0100-12-28T00:00:00.1Z", "9999-03-01T12:30:05.123456789Z", "1969-12-28T23:00:00.000Z",
    ]
    var text = Array(models[Int.random(in: 0..<models.count, using: &random)].utf8)
    let bytes = Array("0123456789-:.,TtZz +x".utf8)
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      let place = Int.random(in: 0..<text.count, using: &random)
      let byte = bytes[Int.random(in: 0..<bytes.count, using: &random)]
      switch Int.random(in: 0..<4, using: &random) {
      case 0: text.insert(byte, at: place)
      case 1: if text.count > 1 { text.remove(at: place) }
      default: text[place] = byte
      }
    }
    let (plain, whole) = (Self.plain(text), Self.whole(text))
    #expect(plain == nil || plain == whole, "\(String(decoding: text, as: UTF8.self))")
    #expect(Self.key(String(decoding: text, as: UTF8.self), .timestamp) == whole)
  }

  @Test(
    "days, leap years and the ends of months are where the calendar has them",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59Z", -1), ("2000-02-29T00:00:00Z", 951_782_400),
      ("2024-03-01T00:00:00Z", 1_709_251_200), ("1900-03-01T00:00:00Z", -2_203_891_200), ("2100-02-29T00:00:00Z", nil),
      ("2024-04-31T00:00:00Z", nil), ("2016-12-31T23:59:60Z", 1_483_228_800), ("2024-01-06T24:00:00Z", nil),
      ("0001-01-01T00:00:00Z", -62_135_596_800), ("0000-12-30T00:00:00Z", nil), ("+20240-02-08T00:00:00Z", nil),
      ("infinity", nil), ("", nil), ("2024-01-06", 1_704_499_200), ("2024-01-06T00:00:00-23:59", 1_704_585_540),
    ] as [(String, Int?)]
  )
  func calendar(text: String, seconds: Int?) {
    #expect(Self.key(text, .timestamp) == seconds.map { [$0, 0] })
  }

  @Test(
    "whole numbers are versions as far as they fit, and text has no key",
    arguments: [
      ("0", 0), ("-7", -7), ("9223372036854775807", .max), ("-9223372036854775808", .min), ("9223372036854775808", nil),
      ("1.0", nil), ("1e3", nil), (" 1", nil), ("", nil),
    ] as [(String, Int?)]
  )
  func numbers(text: String, number: Int?) {
    #expect(Self.key(text, .integer) == number.map { [$0, 0] })
    #expect((VersionOrder.normalise(text, type: .integer) == nil) == (number == nil))
    #expect(Self.key(text, .text) == nil)
  }

  @Test("a span of text compares bytes, passes over what is no version, and keeps the vendor's own writing")
  func spans() {
    func ends(_ type: VersionType, _ texts: [String]) -> [String?] {
      var span = VersionSpan(type)
      for text in texts { span.include(Array(text.utf8).span) }
      return [span.lowest, span.highest, "\(span.isAscending)"]
    }
    #expect(ends(.text, ["b", "B", "é", "", "ba"]) == ["B", "é", "false"])
    #expect(ends(.text, ["e\u{301}", "\u{e9}"]) == ["e\u{301}", "\u{e9}", "true"])
    #expect(ends(.integer, ["9", "x", "10", "1.5"]) == ["9", "10", "true"])
    #expect(
      ends(.timestamp, ["2026-01-01T02:00:03+02:00", "soon", "2026-01-01T00:00:02Z"]).prefix(2) == [
        "2026-01-01T00:00:02Z", "2026-01-01T02:00:03+02:00",
      ]
    )
    #expect(ends(.timestamp, ["soon", ""]) == [nil, nil, "true"])
  }
}
