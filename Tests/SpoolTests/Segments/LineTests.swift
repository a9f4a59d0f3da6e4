import TestSupport
import Testing

@testable import Spool

struct LineTests {
  @Test("the fast search for a newline agrees with the obvious one", arguments: 0..<300 as Range<UInt64>)
  func scanner(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let alphabet: [UInt8] = [0x0A, 0x61, 0x61, 0x61, 0x00, 0xFF, 0x0D, 0x8A]
    let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
      alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
    }
    for start in 0...bytes.count {
      let fast = LineScanner.nextNewline(in: bytes.span, from: start)
      let obvious = bytes[start...].firstIndex(of: 0x0A)
      #expect(fast == obvious, "from \(start)")
    }
  }

  @Test("lines come out whole however their bytes come in", arguments: 0..<100 as Range<UInt64>)
  func buffer(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let lines = (0..<Int.random(in: 0...60, using: &random)).map { _ in
      Array(
        repeating: UInt8(ascii: "x"),
        count: Int.random(in: 0...Int.random(in: 1...400, using: &random), using: &random)
      )
    }
    let rest = Array(repeating: UInt8(ascii: "y"), count: Int.random(in: 0...50, using: &random))
    var bytes = lines.flatMap { $0 + [0x0A] } + rest
    let byteCount = bytes.count

    var buffer = LineBuffer(capacity: 16)
    var found: [[UInt8]] = []
    while !bytes.isEmpty {
      let piece = min(bytes.count, Int.random(in: 1...90, using: &random))
      buffer.fill(room: piece) { room in
        for index in 0..<piece { room[index] = bytes[index] }
        return piece
      }
      bytes.removeFirst(piece)
      try buffer.takeLines { line in found.append(line.indices.map { line[$0] }) }
    }
    #expect(found == lines, "of \(byteCount) bytes")
    #expect(buffer.unfinishedByteCount == rest.count)
  }
}
