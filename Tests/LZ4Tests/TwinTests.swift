import CLZ4
import TestSupport
import Testing

@testable import LZ4

/// The frames that are made and read here, held against liblz4's own.
struct TwinTests {
  private static let block = FrameEncoder.blockByteCount

  /// A frame as liblz4 makes it of the same content with the same settings.
  private static func theirs(_ content: [UInt8], level: Int) -> [UInt8] {
    var preferences = LZ4F_preferences_t()
    preferences.frameInfo.blockSizeID = LZ4F_max256KB
    preferences.frameInfo.blockMode = LZ4F_blockIndependent
    preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled
    preferences.compressionLevel = Int32(clamping: level)
    preferences.autoFlush = 1
    var context: OpaquePointer?
    _ = unsafe LZ4F_createCompressionContext(&context, UInt32(LZ4F_VERSION))
    defer { _ = unsafe LZ4F_freeCompressionContext(context) }
    var frame = [UInt8](repeating: 0, count: content.count + content.count / 100 + 1024)
    let room = frame.count
    let size = unsafe frame.withUnsafeMutableBytes { target in
      var size = unsafe LZ4F_compressBegin(context, target.baseAddress, room, &preferences)
      // A block at a time, as they are made here.
      var start = 0
      while start < content.count {
        let count = min(block, content.count - start)
        size += unsafe content.withUnsafeBytes { source in
          unsafe LZ4F_compressUpdate(
            context,
            target.baseAddress?.advanced(by: size),
            room - size,
            source.baseAddress?.advanced(by: start),
            count,
            nil
          )
        }
        start += count
      }
      return unsafe size + LZ4F_compressEnd(context, target.baseAddress?.advanced(by: size), room - size, nil)
    }
    precondition(size <= room, "liblz4 refused")
    return Array(frame[..<size])
  }

  /// What liblz4 makes of a file, in pieces of so many bytes; nil when it refuses it, or it is not whole.
  private static func read(_ file: [UInt8], pieces: Int) -> [UInt8]? {
    guard var reader = try? ForeignFrameReader() else { return nil }
    var (content, start) = ([UInt8](), 0)
    var room = [UInt8](repeating: 0, count: block)
    while start < file.count || !reader.isAtEnd {
      var span = room.mutableSpan
      let end = min(file.count, start + pieces)
      guard let step = try? reader.decode(file.span.extracting(start..<end), into: &span) else { return nil }
      content += room[..<step.produced]
      start += step.consumed
      if step == FrameDecoder.Step() { return nil }
    }
    return content
  }

  /// The same by the decoder under test.
  private static func decode(_ file: [UInt8], pieces: Int, room: Int) -> [UInt8]? {
    guard var decoder = try? FrameDecoder() else { return nil }
    var (content, start) = ([UInt8](), 0)
    var output = [UInt8](repeating: 0, count: room)
    while start < file.count || !decoder.isAtEnd {
      var span = output.mutableSpan
      let end = min(file.count, start + pieces)
      guard let step = try? decoder.decode(file.span.extracting(start..<end), into: &span) else { return nil }
      content += output[..<step.produced]
      start += step.consumed
      if step == FrameDecoder.Step() { return nil }
    }
    return content
  }

  /// Text, noise, and both in turn.
  private static func content(_ random: inout SeededGenerator) -> [UInt8] {
    var content: [UInt8] = []
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      let count = Int.random(in: 0...Self.block, using: &random)
      if Bool.random(using: &random) {
        content += FrameTests.text(byteCount: count, seed: random.next())
      } else {
        content += (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      }
    }
    return content
  }

  @Test(
    "a frame is byte for byte the one that liblz4 makes",
    arguments: [-10, -1, 0, 1, 2, 3, 9, 12, 40],
    0..<4 as Range<UInt64>
  )
  func made(level: Int, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let content = Self.content(&random)
    #expect(try encode(content, level: level) == Self.theirs(content, level: level), "\(content.count) bytes")
  }

  @Test("a frame is read as liblz4 reads it, however it comes", arguments: 0..<40 as Range<UInt64>)
  func readAlike(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let content = Self.content(&random)
    let file = try encode(content)
    for pieces in [1 + Int.random(in: 0...64, using: &random), 5000, 1 << 20] {
      for room in [100 + Int.random(in: 0...1000, using: &random), Self.block, 2 * Self.block] {
        #expect(Self.decode(file, pieces: pieces, room: room) == content, "\(pieces) \(room)")
      }
    }
    #expect(Self.read(file, pieces: 5000) == content)
  }

  @Test(
    "of damaged frames nothing is taken that liblz4 refuses, and what both take is the same",
    arguments: 0..<20 as Range<UInt64>
  )
  func damaged(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let content = FrameTests.text(byteCount: Int.random(in: 1...3 * Self.block, using: &random), seed: seed)
    let file = try encode(content)
    var taken = 0
    for _ in 0..<200 {
      var damaged = file
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<damaged.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: damaged[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
        case 1: damaged[place] = UInt8.random(in: 0...255, using: &random)
        case 2: damaged.removeSubrange(place..<min(damaged.count, place + Int.random(in: 1...20, using: &random)))
        default: damaged.insert(contentsOf: [0, 0, 0, 0], at: place)
        }
        if damaged.isEmpty { break }
      }
      let pieces = Int.random(in: 1...70_000, using: &random)
      guard let ours = Self.decode(damaged, pieces: pieces, room: Self.block) else { continue }
      taken += 1
      #expect(Self.read(damaged, pieces: pieces) == ours)
      #expect(ours == content || damaged.count < 8, "seed \(seed): damage was taken")
    }
    print("seed \(seed): 200 damaged frames, \(taken) taken, none of them changed")
  }

  @Test("the checksum is that of the specification, whatever the pieces", arguments: 0..<50 as Range<UInt64>)
  func checksum(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    var checksum = Checksum()
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + Int.random(in: 0...40, using: &random))
      checksum.add(bytes.span.extracting(start..<end))
      start = end
    }
    #expect(checksum.value == Self.plain(bytes) && Checksum.of(bytes.span) == Self.plain(bytes))
  }

  @Test(
    "known checksums",
    arguments: [("", 0x02CC_5D05), ("a", 0x550D_7456), ("abc", 0x32D1_53FF)] as [(String, UInt32)]
  )
  func known(text: String, expected: UInt32) {
    #expect(Checksum.of(Array(text.utf8).span) == expected)
  }

  /// XXH32 as its description has it, a byte at a time.
  private static func plain(_ bytes: [UInt8]) -> UInt32 {
    let (p1, p2, p3, p4, p5) = (
      0x9E37_79B1 as UInt32, 0x85EB_CA77 as UInt32, 0xC2B2_AE3D as UInt32, 0x27D4_EB2F as UInt32, 0x1656_67B1 as UInt32
    )
    func word(_ at: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) } }
    func turned(_ value: UInt32, _ by: UInt32) -> UInt32 { value << by | value >> (32 - by) }
    var at = 0
    var hash = p5
    if bytes.count >= 16 {
      var lanes: [UInt32] = [p1 &+ p2, p2, 0, 0 &- p1]
      while at + 16 <= bytes.count {
        for lane in 0..<4 { lanes[lane] = turned(lanes[lane] &+ word(at + 4 * lane) &* p2, 13) &* p1 }
        at += 16
      }
      hash = turned(lanes[0], 1) &+ turned(lanes[1], 7) &+ turned(lanes[2], 12) &+ turned(lanes[3], 18)
    }
    hash = hash &+ UInt32(bytes.count)
    while at + 4 <= bytes.count {
      hash = turned(hash &+ word(at) &* p3, 17) &* p4
      at += 4
    }
    while at < bytes.count {
      hash = turned(hash &+ UInt32(bytes[at]) &* p5, 11) &* p1
      at += 1
    }
    hash = (hash ^ hash >> 15) &* p2
    hash = (hash ^ hash >> 13) &* p3
    return hash ^ hash >> 16
  }
}
