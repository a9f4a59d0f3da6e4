import LZ4
import SystemPackage
import TestSupport
import Testing

@testable import Spool

/// What a disk does to a file: sectors that come back empty, old or in the wrong place.
struct SectorTests {
  /// Text that does not become smaller, so that the segment has many sectors.
  private static let lines: [String] = {
    var random = SeededGenerator(seed: 4)
    return (0..<400).map { _ in
      (0..<16).map { _ in String(UInt64.random(in: .min ... .max, using: &random), radix: 36) }.joined()
    }
  }()

  /// Damaged images of a segment that a reader takes for whole.
  private static func accepted(sector: Int, _ damage: ([UInt8], Int) -> [UInt8]?) throws -> (tried: Int, accepted: Int)
  {
    let subject = try DamageTests.Subject(lines: lines)
    var (tried, accepted) = (0, 0)
    for start in stride(from: 0, to: subject.bytes.count, by: sector) {
      guard let bytes = damage(subject.bytes, start), bytes != subject.bytes else { continue }
      tried += 1
      if try subject.verdict(on: bytes) == nil { accepted += 1 }
    }
    return (tried, accepted)
  }

  @Test("a sector of zeros, of ones, or with the content of another: 0 accepted", arguments: [512, 4096])
  func sectors(size: Int) throws {
    for fill in [UInt8(0), 0xFF] {
      let result = try Self.accepted(sector: size) { bytes, start in
        var bytes = bytes
        for index in start..<min(start + size, bytes.count) { bytes[index] = fill }
        return bytes
      }
      #expect(result.tried > 10 && result.accepted == 0)
    }
    for distance in [1, 2, 7] {
      let result = try Self.accepted(sector: size) { bytes, start in
        let other = start + distance * size
        guard other + size <= bytes.count else { return nil }
        var bytes = bytes
        for index in 0..<size { bytes.swapAt(start + index, other + index) }
        return bytes
      }
      #expect(result.tried > 5 && result.accepted == 0)
    }
  }

  @Test("frames put before, between or behind, and halves of two segments: 0 accepted")
  func frames() throws {
    let subject = try DamageTests.Subject()
    let other = try DamageTests.Subject(lines: Samples.lines(40, seed: 9, longest: 60))
    let note = SkippableFrame.frame(kind: 3, payload: [1, 2, 3])
    let data = try subject.dataByteCount()
    let (head, tail) = (Array(subject.bytes[..<data]), Array(subject.bytes[data...]))
    let images = [
      [], note, tail, head, note + subject.bytes, subject.bytes + note, head + note + tail, head + head + tail,
      subject.bytes + subject.bytes, head + Array(other.bytes[try other.dataByteCount()...]), head + tail + tail,
      Array(repeating: 0, count: subject.bytes.count),
    ]
    for (index, image) in images.enumerated() { #expect(try subject.verdict(on: image) != nil, "image \(index)") }
  }

  @Test("a bomb, megabytes of which a thousand-fold comes, is refused when it has given what its footer says")
  func bomb() throws {
    let subject = try DamageTests.Subject(lines: ["{}"])
    let tail = Array(subject.bytes[try subject.dataByteCount()...])
    // 64 MiB without a newline, and as many lines of nothing.
    for filler in [UInt8(ascii: " "), UInt8(ascii: "\n")] {
      var frame: [UInt8] = []
      var encoder = try FrameEncoder()
      let piece = [UInt8](repeating: filler, count: 1 << 20)
      for _ in 0..<64 { encoder.append(piece.span) { for index in $0.indices { frame.append($0[index]) } } }
      encoder.finish { for index in $0.indices { frame.append($0[index]) } }
      #expect(frame.count < 1 << 20)
      guard case .damaged(_, let why) = try subject.verdict(on: frame + tail) else {
        return #expect(Bool(false), "it was taken for whole")
      }
      #expect(why.contains("more content than its footer says"), "\(why)")
    }
  }

  @Test("without the checksums most flipped bits would go unnoticed: what the tests of damage look for is there")
  func teeth() throws {
    let content = Array(Samples.lines(30, seed: 1, longest: 60).joined(separator: "\n").utf8)
    // A frame of one stored block, without any checksum but the header's: flags 01100000, blocks of 64 KiB.
    let size = UInt32(content.count) | 1 << 31
    let sizeBytes = (0..<4).map { UInt8(truncatingIfNeeded: size >> ($0 * 8)) }
    let frame: [UInt8] = [0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82] + sizeBytes + content + [0, 0, 0, 0]
    func decodes(_ bytes: [UInt8]) -> Bool {
      guard var decoder = try? FrameDecoder() else { return false }
      return (try? decoder.decode(bytes.span) { _ in }) == bytes.count && decoder.isAtEnd
    }
    #expect(decodes(frame))
    var unnoticed = 0
    for bit in 0..<frame.count * 8 {
      var flipped = frame
      flipped[bit / 8] ^= 1 << (bit % 8)
      if decodes(flipped) { unnoticed += 1 }
    }
    #expect(unnoticed > frame.count * 6)
  }
}

extension DamageTests.Subject {
  /// Bytes before the footer's frame.
  func dataByteCount() throws -> Int {
    try Samples.write(bytes, to: path)
    return try FooterFrame.find(in: OpenFile(path)).dataByteCount
  }
}
