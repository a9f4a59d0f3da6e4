import TestSupport
import Testing

@testable import JSONText

struct PlainRunTests {
  @Test("the fast search for escapes agrees with the obvious one", arguments: 0..<300 as Range<UInt64>)
  func agrees(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let rare: [UInt8] = [0x00, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x5B, 0x5C, 0x5D, 0x7F, 0x80, 0x9F, 0xA2, 0xDC, 0xFF]
    let text = (0..<Int.random(in: 0...70, using: &random)).map { _ in
      Int.random(in: 0..<8, using: &random) == 0 ? rare.randomElement(using: &random) ?? 0x61 : 0x61
    }
    for start in 0...text.count {
      let fast = PlainRun.end(in: text.span, from: start)
      let obvious = PlainRun.endReference(in: text.span, from: start)
      #expect(fast == obvious, "\(text) from \(start)")
    }
  }
}
