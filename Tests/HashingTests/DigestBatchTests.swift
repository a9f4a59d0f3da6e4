import Crypto
import JSONText
import PipelineConfig
import TestSupport
import Testing

@testable import Hashing

/// Digests made side by side are those made one by one.
struct DigestBatchTests {
  @Test("the digests of many messages together are those of each alone", arguments: 0..<120 as Range<UInt64>)
  func twin(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let longest = [70, 300, 5000].randomElement(using: &random) ?? 70
    let count = Int.random(in: 0...80, using: &random)
    let messages = (0..<count).map { _ in
      (0..<Int.random(in: 0...longest, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
    #expect(Self.together(messages) == messages.map(Self.alone))
  }

  @Test("every length up to three blocks is padded right")
  func lengths() {
    let messages = (0...200).map { [UInt8](repeating: 0x61, count: $0) }
    #expect(Self.together(messages) == messages.map(Self.alone))
  }

  @Test("one message of many blocks among short ones holds nobody up and is not held up")
  func unequal() {
    var messages = (0..<40).map { [UInt8]("\($0)".utf8) }
    messages.insert([UInt8](repeating: 0x7A, count: 1 << 20), at: 7)
    #expect(Self.together(messages) == messages.map(Self.alone))
  }

  @Test(
    "the test suite of RFC 1321",
    arguments: [
      ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"),
      ("abc", "900150983cd24fb0d6963f7d28e17f72"), ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
      ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
      (
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
        "57edf4a22be3c955ac49da2e2107b67a"
      ),
    ]
  )
  func vectors(text: String, digest: String) {
    #expect(Self.together([Array(text.utf8)]) == [digest])
  }

  /// Two rounds with one batch, since it keeps its memory.
  private static func together(_ messages: [[UInt8]]) -> [String] {
    var batch = DigestBatch(.md5)
    var found: [String] = []
    for part in [messages[..<(messages.count / 2)], messages[(messages.count / 2)...]] {
      for message in part { batch.add { $0.append(message) } }
      batch.forEachDigest { _, digits in found.append(text(digits)) }
      batch.removeAll()
    }
    return found
  }

  private static func alone(_ message: [UInt8]) -> String {
    var out = OutputBytes()
    HexDigits.append(Array(Insecure.MD5.hash(data: message)).span, to: &out)
    return out.string
  }

  private static func text(_ bytes: Span<UInt8>) -> String {
    var out = OutputBytes()
    out.append(bytes)
    return out.string
  }
}

struct RepeatFilterTests {
  @Test("what came before is found again, and nothing else", arguments: 0..<20 as Range<UInt64>)
  func model(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var filter = RepeatFilter(records: Int.random(in: 0...100, using: &random))
    var known: Set<[UInt8]> = []
    for _ in 0..<3000 {
      let identity = Array("[\(Int.random(in: 0..<2000, using: &random))],\"2026\"".utf8)
      let isRepeat = filter.isRepeat(identity.span)
      #expect(isRepeat == !known.insert(identity).inserted)
    }
  }

  @Test("identities that differ in one byte anywhere are two")
  func neighbours() {
    let text = Array(#"{"key":[123456],"version":"2026-01-01T00:00:00Z","op":"upsert","hash":"0123456789abcdef"#.utf8)
    var filter = RepeatFilter(records: 1)
    var wrong = filter.isRepeat(text.span)
    for index in text.indices {
      var other = text
      other[index] ^= 1
      wrong = wrong || filter.isRepeat(other.span)
    }
    #expect(!wrong)
    let isKnown = filter.isRepeat(text.span)
    #expect(isKnown)
  }
}
