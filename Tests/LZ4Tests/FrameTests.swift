import LZ4
import SystemPackage
import TestSupport
import Testing

/// One frame, made and read.
struct FrameTests {
  static let block = FrameEncoder.blockByteCount

  @Test(
    "content of any size comes back",
    arguments: [0, 1, 100, block - 1, block, block + 1, 2 * block, 3 * block + 7],
    [-5, 0, 1, 3, 12, 99]
  )
  func roundTrip(byteCount: Int, level: Int) throws {
    let content = Self.text(byteCount: byteCount, seed: 1)
    let decoded = try decodeAll(try encode(content, level: level))
    #expect(decoded.content == content)
    #expect(decoded.isWhole)
  }

  @Test("bytes that do not compress come back", arguments: [1, block, block + 1])
  func incompressible(byteCount: Int) throws {
    var random = SeededGenerator(seed: 2)
    let content = (0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
    #expect(try decodeAll(try encode(content)).content == content)
  }

  @Test("how content is divided into pieces does not show in the frame", arguments: 0..<40 as Range<UInt64>)
  func pieces(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let content = Self.text(byteCount: Int.random(in: 0...3 * Self.block, using: &random), seed: seed)
    var ends: [Int] = []
    while ends.last ?? 0 < content.count {
      ends.append(min(content.count, (ends.last ?? 0) + Int.random(in: 0...Self.block * 3 / 2, using: &random)))
    }
    #expect(try encode(content, pieceEnds: ends) == encode(content))
  }

  @Test(
    "how a frame is divided does not show in the content",
    arguments: [1, 3, 1000, 1 << 20],
    [1, 17, block, 2 * block]
  )
  func reading(inputByteCount: Int, outputByteCount: Int) throws {
    let content = Self.text(byteCount: 2 * Self.block + 5, seed: 3)
    let frame = try encode(content)
    var decoder = try FrameDecoder()
    var room = [UInt8](repeating: 0, count: outputByteCount)
    var decoded: [UInt8] = []
    var start = 0
    while !decoder.isAtEnd {
      let end = min(frame.count, start + inputByteCount)
      var span = room.mutableSpan
      let step = try decoder.decode(frame.span.extracting(start..<end), into: &span)
      try #require(step != FrameDecoder.Step(), "it goes on")
      decoded += room[..<step.produced]
      start += step.consumed
    }
    #expect(decoded == content)
    #expect(start == frame.count)
  }

  @Test("every frame begins as the reader of a segment demands")
  func header() throws {
    let frame = try encode(Self.text(byteCount: 10, seed: 4))
    #expect(header(of: frame) == .ours)
    #expect(header(of: Array(frame.dropFirst())) == nil)
    #expect(header(of: Array(frame[..<5])) == nil)
  }

  @Test("a frame, a skippable one and another are read one after another")
  func sequence() throws {
    let first = Array("first\n".utf8)
    let second = Array("second\n".utf8)
    let skipped = SkippableFrame.frame(kind: 15, payload: Array("not content".utf8))
    let file = try encode(first) + skipped + encode(second)
    let decoded = try decodeAll(file)
    #expect(decoded.content == first + second)
    #expect(decoded.frames == 3)
  }

  @Test("the lz4 program reads what the encoder writes, and the decoder what lz4 writes")
  func program() async throws {
    let content = Self.text(byteCount: 3 * Self.block + 11, seed: 5)
    let ours = try encode(content) + SkippableFrame.frame(kind: 0, payload: [1, 2, 3])
    let folder = try TemporarySpool()
    let directory = folder.directory
    try write(ours, to: directory.appending("ours.lz4"))
    try write(content, to: directory.appending("content"))
    let run = try await Programs.shell(
      "lz4 -tq ours.lz4 && lz4 -dcq ours.lz4 | cmp - content && lz4 -qz9B4 --no-frame-crc content theirs.lz4",
      in: directory
    )
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    let theirs = try read(directory.appending("theirs.lz4"))
    let found = try #require(header(of: theirs))
    #expect(found != .ours, "it has no checksum")
    #expect(try decodeAll(theirs).content == content)
    withExtendedLifetime(folder) {}
  }

  private func header(of bytes: [UInt8]) -> FrameHeader? { FrameHeader(bytes.span) }

  /// Lines much like each other, as records are.
  static func text(byteCount: Int, seed: UInt64) -> [UInt8] {
    var random = SeededGenerator(seed: seed)
    var text: [UInt8] = []
    while text.count < byteCount {
      text += Array("{\"id\":\(UInt32.random(in: 0...9_999_999, using: &random)),\"city\":\"Albany\"}\n".utf8)
    }
    return Array(text[..<byteCount])
  }
}
