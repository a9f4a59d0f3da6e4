import Foundation
import JSONText
import SystemPackage
import TestSupport
import Testing

/// The fast parser says of every text what its plain twin says.
struct TwinTests {
  private static let pieces = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\"a\"", "\"\\u00e9\"", "\"\\ud83d\\ude00\"", "\"\\ud83d\"", "\\u", "\\n",
    "1",
    "-0", "0.10", "1e400", "1.", ".5", "01", "+1", "-", "1E+2", "true", "false", "null", "nul", " ", "\n", "\t",
    "\u{0}",
    "\u{1}", "\u{7f}", "é", "e\u{301}", "😀", "\u{feff}", "{}", "[]", "\"\"", "{\"a\":1}", "[1,2]", "\u{2028}", "/", "'",
  ].map { Array($0.utf8) }

  @Test(
    "valid texts with something changed, cut or put in are read or refused alike",
    arguments: 0..<40 as Range<UInt64>
  )
  func mutated(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      var text = Self.text(depth: 4, using: &random)
      for _ in 0..<Int.random(in: 0...3, using: &random) { Self.spoil(&text, using: &random) }
      Self.compare(text)
    }
  }

  @Test("pieces of JSON put together by chance are read or refused alike", arguments: 0..<40 as Range<UInt64>)
  func chance(seed: UInt64) {
    var random = SeededGenerator(seed: 1000 + seed)
    for _ in 0..<1000 {
      let count = Int.random(in: 1...9, using: &random)
      Self.compare((0..<count).flatMap { _ in Self.pieces.randomElement(using: &random) ?? [] })
    }
  }

  @Test(
    "every file of JSONTestSuite is read or refused alike",
    .enabled(if: Programs.hasSharedData, "no ../shared/data")
  )
  func suite() throws {
    let folder = Programs.sharedData.appending("json-test-suite").string
    let names = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
    let files = names.filter { $0.hasSuffix(".json") }
    #expect(files.count >= 300)
    for name in files {
      let bytes = [UInt8](try #require(FileManager.default.contents(atPath: "\(folder)/\(name)")))
      // Deeper than the parser goes: that it refuses, and the twin would go down as deep as its stack.
      if bytes.filter({ $0 == 0x5B }).count <= 1000 { Self.compare(bytes) }
    }
  }

  private static func compare(_ text: [UInt8]) {
    // By bytes: String's own == takes two texts for one that JSON keeps apart.
    let plain = PlainReader.read(text).map { Array($0.encoded.utf8) }
    let fast = (try? JSONValue(parsing: text)).map { Array($0.encoded.utf8) }
    #expect(fast == plain, "\(String(decoding: text, as: UTF8.self).debugDescription) \(text)")
  }

  private static func spoil(_ text: inout [UInt8], using random: inout SeededGenerator) {
    let place = Int.random(in: 0...text.count, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: text.removeSubrange(place...)
    case 1: text.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
    case 2 where place < text.count: text[place] = .random(in: 0...255, using: &random)
    default: if place < text.count { text.remove(at: place) }
    }
  }

  private static func text(depth: Int, using random: inout SeededGenerator) -> [UInt8] {
    let scalars = [
      "1", "-0", "0.10", "1e400", "-12.5E-3", "true", "false", "null", "\"\"", "\"é\\n\\u0000\"", "\"\\ud83d\\ude00😀\"",
    ]
    let space = [" ", "", "\n\t", ""].randomElement(using: &random) ?? ""
    guard depth > 0, Bool.random(using: &random) else {
      return Array((space + (scalars.randomElement(using: &random) ?? "") + space).utf8)
    }
    let isObject = Bool.random(using: &random)
    let inner = (0..<Int.random(in: 0...4, using: &random)).map { index in
      let name = isObject ? "\(space)\"k\(index % 3)\\u0041\"\(space):" : ""
      return Array(name.utf8) + text(depth: depth - 1, using: &random)
    }
    return Array((isObject ? "{" : "[").utf8) + inner.joined(separator: [0x2C]) + Array((isObject ? "}" : "]").utf8)
  }
}
