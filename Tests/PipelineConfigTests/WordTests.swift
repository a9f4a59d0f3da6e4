import TestSupport
import Testing

@testable import PipelineConfig

/// How lengths of time, sizes and mistyped words are understood.
struct WordTests {
  @Test(
    "a length of time is a number with a unit",
    arguments: [
      ("1ms", .milliseconds(1)), ("0.5s", .milliseconds(500)), ("1.5m", .seconds(90)), ("24h", .seconds(86_400)),
      ("7d", .seconds(604_800)), ("0s", .zero), ("0.0004s", .zero), ("5", nil), ("", nil), ("s", nil), (".5s", nil),
      ("5.s", nil), ("1.2.3s", nil), ("-1s", nil), ("+1s", nil), ("1 s", nil), ("1S", nil), ("1e3s", nil), ("٣s", nil),
      ("36600d", nil), ("99999999999999999999d", nil),
    ] as [(String, Duration?)]
  )
  func durations(text: String, expected: Duration?) { #expect(Quantity.duration(text) == expected) }

  @Test(
    "a size is a whole number with a unit of 1,024s, or none",
    arguments: [
      ("1", 1), ("64KiB", 65_536), ("16MiB", 16_777_216), ("1GiB", 1_073_741_824), ("1TiB", 1_099_511_627_776),
      ("8B", 8), ("1MB", nil), ("1k", nil), ("1.5MiB", nil), ("-1", nil), ("", nil), ("MiB", nil),
      ("9223372036854775807", Int.max), ("9223372036854775808", nil), ("8388608TiB", nil),
    ] as [(String, Int?)]
  )
  func sizes(text: String, expected: Int?) { #expect(Quantity.byteCount(text) == expected) }

  @Test("what a message says of a bound is read back as the bound", arguments: [11, 12, 13] as [UInt64])
  func back(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let unit = [1, 1000, 60_000, 3_600_000, 86_400_000].randomElement(using: &random) ?? 1
      let time = Duration.milliseconds(unit * Int.random(in: 1...999, using: &random))
      #expect(Quantity.duration(Quantity.text(time)) == time, "seed \(seed): \(time)")
      let size = (1 << Int.random(in: 0...40, using: &random)) * Int.random(in: 1...999, using: &random)
      #expect(Quantity.byteCount(Quantity.text(size)) == size, "seed \(seed): \(size)")
    }
  }

  @Test(
    "a word that is near to one that is known suggests it",
    arguments: [
      ("pagesize", "page_size"), ("TABLE", "table"), ("tabel", "table"), ("feed", "feeds"), ("x", nil), ("zebra", nil),
      ("", nil),
    ] as [(String, String?)]
  )
  func nearest(word: String, expected: String?) {
    #expect(Suggestion.nearest(to: word, among: ["page_size", "table", "feeds", "cursor"]) == expected)
  }

  @Test("one slip is one step, and the way back is as long as the way there", arguments: [21, 22, 23] as [UInt64])
  func distance(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let letters = Array("abc_xyz".utf8)
    for _ in 0..<200 {
      let word = (0..<Int.random(in: 2...12, using: &random)).compactMap { _ in letters.randomElement(using: &random) }
      var slip = word
      let place = Int.random(in: 0..<word.count - 1, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: slip.remove(at: place)
      case 1: slip.insert(UInt8(ascii: "q"), at: place)
      case 2: slip[place] = UInt8(ascii: "q")
      default: slip.swapAt(place, place + 1)
      }
      let expected = slip == word ? 0 : 1
      #expect(Suggestion.distance(word, slip) == expected, "seed \(seed): \(word) \(slip)")
      #expect(Suggestion.distance(slip, word) == expected, "seed \(seed): \(word) \(slip)")
      #expect(Suggestion.distance(word, []) == word.count, "seed \(seed): \(word)")
    }
  }

  @Test(
    "${NAME} is replaced, and a default stands in for what is missing or empty",
    arguments: [
      ("a${X}b", "a1b"), ("${X}${X}", "11"), ("${Y:-2}", "2"), ("${E:-3}", "3"), ("${E}", ""), ("${X:-9}", "1"),
      ("${Y:-}", ""), ("${Y:-a:-b}", "a:-b"), ("$X {X} $", "$X {X} $"), ("${Y}", nil), ("${X", nil), ("${1X}", nil),
      ("${X Y}", nil), ("${}", nil), ("${:-1}", nil),
    ] as [(String, String?)]
  )
  func environment(text: String, expected: String?) {
    let environment = ["X": "1", "E": ""]
    if let expected {
      #expect(throws: Never.self) {
        let replaced = try EnvironmentText.replace(text, from: environment)
        #expect(replaced.value == expected && replaced.isFromEnvironment == text.contains("${"))
      }
    } else {
      #expect(throws: EnvironmentText.Failure.self) { try EnvironmentText.replace(text, from: environment) }
    }
  }
}
