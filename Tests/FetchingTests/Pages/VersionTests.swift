import JSONText
import PipelineConfig
import TestSupport
import Testing

@testable import Fetching

struct VersionTests {
  @Test("a moment's quick key is the whole reader's, and compares as it does", arguments: 0..<500 as Range<UInt64>)
  func keys(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let texts = (0..<2).map { _ in Self.moment(using: &random) }
    var keys: [VersionKey] = []
    for text in texts {
      let plain = VersionKey(plain: Array(text.utf8).span)
      let whole = try #require(Timestamp(text))
      let quick = VersionKey(Array(text.utf8).span, type: .timestamp)
      let key = try #require(quick)
      #expect(plain == nil || plain == key)
      #expect(key.major == whole.seconds, "\(text)")
      keys.append(key)
    }
    let forms = try texts.map { try #require(VersionOrder.normalise($0, type: .timestamp)) }
    #expect((keys[0] < keys[1]) == (forms[0] < forms[1]), "\(texts)")
  }

  @Test("a span knows its ends and whether versions ever fell", arguments: 0..<100 as Range<UInt64>)
  func span(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let texts = (0..<Int.random(in: 1...20, using: &random)).map { _ in Self.moment(using: &random) }
    var (span, first, second) = (VersionSpan(.timestamp), VersionSpan(.timestamp), VersionSpan(.timestamp))
    let cut = Int.random(in: 0...texts.count, using: &random)
    for (index, text) in texts.enumerated() {
      span.include(Array(text.utf8).span)
      if index < cut { first.include(Array(text.utf8).span) } else { second.include(Array(text.utf8).span) }
    }
    first.include(second)
    let forms = texts.compactMap { VersionOrder.normalise($0, type: .timestamp) }
    #expect(VersionOrder.normalise(span.lowest ?? "", type: .timestamp) == forms.min())
    #expect(VersionOrder.normalise(span.highest ?? "", type: .timestamp) == forms.max())
    #expect(span.isAscending == (forms == forms.sorted()), "\(texts)")
    #expect(first.highest == span.highest && first.isAscending == span.isAscending)
  }

  @Test(
    "the digest and the scans are what a plain loop makes of the same bytes",
    arguments: 0..<200 as Range<UInt64>
  )
  func scans(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let bytes = (0..<Int.random(in: 0...70, using: &random)).map { _ in UInt8.random(in: 0...40, using: &random) }
    let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
    var state = UInt64(bytes.count) &* multiplier
    func mix(_ word: UInt64) {
      state = (state ^ word) &* multiplier
      state ^= state >> 32
    }
    let words = bytes.count / 8
    for word in 0..<words { mix((0..<8).reduce(0) { $0 | UInt64(bytes[word * 8 + $1]) << (8 * UInt64($1)) }) }
    for byte in bytes[(words * 8)...] { mix(UInt64(byte)) }
    let digest = ByteScan.digest(bytes.span)
    let hasNewline = ByteScan.containsNewline(bytes.span)
    #expect(digest == state)
    #expect(hasNewline == bytes.contains(0x0A))
    #expect(ByteScan.withoutLineEnds(bytes.span) == bytes.filter { $0 != 0x0A && $0 != 0x0D })
  }

  private static func moment(using random: inout SeededGenerator) -> String {
    func two(_ range: ClosedRange<Int>) -> String {
      let number = Int.random(in: range, using: &random)
      return number < 10 ? "0\(number)" : "\(number)"
    }
    let fraction = (0..<Int.random(in: 0...9, using: &random)).map { _ in "\(Int.random(in: 0...9, using: &random))" }
    let day = "\(Int.random(in: 1950...2050, using: &random))-\(two(1...12))-\(two(1...28))"
    let time = "\(two(0...23)):\(two(0...59)):\(two(0...59))"
    let zone = ["Z", "Z", "+02:00", "-05:30"].randomElement(using: &random) ?? "Z"
    return "\(day)T\(time)\(fraction.isEmpty ? "" : "." + fraction.joined())\(zone)"
  }
}
