import LZ4
import TestSupport
import Testing

/// Damage to a frame is noticed; nothing else stands between the disk and the table.
struct DamageTests {
  @Test("every flipped bit of a frame is noticed, or changes nothing")
  func flippedBits() throws {
    let content = FrameTests.text(byteCount: 3000, seed: 1)
    let frame = try encode(content)
    var unnoticed: [Int] = []
    for bit in 0..<frame.count * 8 {
      var damaged = frame
      damaged[bit / 8] ^= 1 << (bit % 8)
      guard let decoded = try? decodeAll(damaged), decoded.isWhole, decoded.content != content else { continue }
      unnoticed.append(bit)
    }
    #expect(unnoticed.isEmpty)
    print("frame of \(frame.count) bytes: \(frame.count * 8) flipped bits, \(unnoticed.count) unnoticed")
  }

  @Test("every shortened frame is noticed")
  func truncation() throws {
    let frame = try encode(FrameTests.text(byteCount: 3000, seed: 2))
    for length in 0..<frame.count {
      let isWhole = (try? decodeAll(Array(frame[..<length])))?.isWhole ?? false
      #expect(!isWhole, "\(length) of \(frame.count) bytes passed for the whole")
    }
  }

  @Test("an error of the library is words")
  func words() {
    let frame = Array("this is no frame of LZ4 at all".utf8)
    #expect(throws: LZ4Error.self) { try decodeAll(frame) }
    do { _ = try decodeAll(frame) } catch { #expect("\(error)" == "frameType unknown") }
  }
}
