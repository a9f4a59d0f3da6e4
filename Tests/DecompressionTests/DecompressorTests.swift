import CZlib
import Decompression
import TestSupport
import Testing

/// What zlib compressed, read by another hand.
struct DecompressorTests {
  /// Text that repeats itself, noise, and one byte again and again: stored blocks, fixed codes and long matches come of them.
  private static func content(_ random: inout SeededGenerator) -> [UInt8] {
    var content: [UInt8] = []
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      let count = Int.random(in: 0...60_000, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: content += (0..<count / 8).map { _ in UInt8.random(in: 0...255, using: &random) }
      case 1: content += repeatElement(UInt8.random(in: 0...255, using: &random), count: count)
      case 2:
        while content.count < count { content += Array("{\"id\":\(random.next() % 1000),\"make\":\"Weir\"},".utf8) }
      default:
        let distance = Int.random(in: 1...max(1, min(content.count, 32_768)), using: &random)
        if content.count >= distance { for _ in 0..<count { content.append(content[content.count - distance]) } }
      }
    }
    return content
  }

  /// With a header that has all that RFC 1952 allows, or the plain one.
  private static func gzip(_ content: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var stream = unsafe z_stream()
    precondition(unsafe weir_gzip_begin(&stream, Int32.random(in: 0...9, using: &random)) == Z_OK)
    defer { unsafe deflateEnd(&stream) }
    let strategies = [Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED, Z_FILTERED]
    let strategy = strategies.randomElement(using: &random) ?? Z_FIXED
    _ = unsafe deflateParams(&stream, Int32.random(in: 0...9, using: &random), strategy)
    var extra = (0..<Int.random(in: 1...300, using: &random)).map { UInt8(truncatingIfNeeded: $0) }
    var name = Array("cars.json\0".utf8)
    var comment = Array("made by a test\0".utf8)
    let hasHeader = Bool.random(using: &random)
    var output = [UInt8](repeating: 0, count: content.count + content.count / 100 + 4096)
    var input = content + [0]
    let made = unsafe extra.withUnsafeMutableBufferPointer { extra in
      unsafe name.withUnsafeMutableBufferPointer { name in
        unsafe comment.withUnsafeMutableBufferPointer { comment in
          var header = unsafe gz_header()
          unsafe (header.extra, header.extra_len) = (extra.baseAddress, UInt32(extra.count))
          unsafe (header.name, header.comment, header.hcrc) = (name.baseAddress, comment.baseAddress, 1)
          return unsafe withUnsafeMutablePointer(to: &header) { header in
            if hasHeader { _ = unsafe deflateSetHeader(&stream, header) }
            return unsafe input.withUnsafeMutableBufferPointer { source in
              unsafe output.withUnsafeMutableBufferPointer { target in
                unsafe (stream.next_in, stream.avail_in) = (source.baseAddress, UInt32(content.count))
                unsafe (stream.next_out, stream.avail_out) = (target.baseAddress, UInt32(target.count))
                precondition(unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END)
                return unsafe target.count - Int(stream.avail_out)
              }
            }
          }
        }
      }
    }
    return Array(output[..<made])
  }

  private static func zlib(_ content: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var count = UInt(content.count + content.count / 100 + 4096)
    var output = [UInt8](repeating: 0, count: Int(count))
    let level = Int32.random(in: 0...9, using: &random)
    precondition(unsafe compress2(&output, &count, content, UInt(content.count), level) == Z_OK)
    return Array(output[..<Int(count)])
  }

  private static func read(
    _ stream: [UInt8],
    _ format: Decompressor.Format,
    room: Int
  ) -> Result<(content: [UInt8], consumed: Int), DecompressionError> {
    var output = [UInt8](repeating: 0, count: room)
    var result = Result<(content: [UInt8], consumed: Int), DecompressionError>.failure(.noMemory)
    unsafe stream.withUnsafeBytes { source in
      unsafe output.withUnsafeMutableBytes { target in
        do throws(DecompressionError) {
          let done = try unsafe Decompressor().decompress(source, format, into: target)
          result = unsafe .success((Array(target[..<done.produced]), done.consumed))
        } catch {
          result = .failure(error)
        }
      }
    }
    return result
  }

  private static func announced(_ stream: [UInt8]) -> Int? {
    unsafe stream.withUnsafeBytes { unsafe Decompressor.announcedCount(ofGzip: $0) }
  }

  @Test(
    "what zlib compressed comes back byte for byte, and nothing behind its end is read",
    arguments: 1...12 as ClosedRange<UInt64>,
    [Decompressor.Format.gzip, .zlib]
  )
  func whole(seed: UInt64, format: Decompressor.Format) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<20 {
      let content = Self.content(&random)
      let stream = format == .gzip ? Self.gzip(content, &random) : Self.zlib(content, &random)
      if format == .gzip { #expect(Self.announced(stream) == content.count) }
      let tail = (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let room = content.count + [0, 1, 5000][Int.random(in: 0..<3, using: &random)]
      let result = try Self.read(stream + tail, format, room: room).get()
      #expect(result.content == content && result.consumed == stream.count, "seed \(seed)")
      guard !content.isEmpty else { continue }
      guard case .failure(.noRoom) = Self.read(stream, format, room: content.count - 1) else {
        Issue.record("seed \(seed): there was no room, and it was not said")
        continue
      }
    }
  }

  @Test(
    "what is cut is refused, and what is damaged is never taken for other content",
    arguments: 1...8 as ClosedRange<UInt64>
  )
  func damaged(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var refused = 0
    for _ in 0..<60 {
      let content = Self.content(&random)
      let stream = Self.gzip(content, &random)
      let cut = Array(stream.dropLast(Int.random(in: 1...stream.count, using: &random)))
      #expect(throws: DecompressionError.self) { try Self.read(cut, .gzip, room: content.count + 100).get() }
      var spoiled = stream
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        spoiled[Int.random(in: spoiled.indices, using: &random)] ^= 1 << Int.random(in: 0..<8, using: &random)
      }
      guard case .success(let other) = Self.read(spoiled, .gzip, room: content.count + 100) else {
        refused += 1
        continue
      }
      // Only the header has room for bits that mean nothing here.
      #expect(other.content == content, "seed \(seed): damage was taken")
    }
    #expect(refused > 20, "seed \(seed)")
  }

  @Test("what is no gzip is refused, and what is too short says nothing of its size")
  func other() throws {
    for text in ["", "[]", "[{\"id\":1},{\"id\":2}]", "<html><body>Bad Gateway</body></html>"] {
      #expect(throws: DecompressionError.damaged) { try Self.read(Array(text.utf8), .gzip, room: 1000).get() }
    }
    #expect(Self.announced(Array("[]".utf8)) == nil)
  }
}
