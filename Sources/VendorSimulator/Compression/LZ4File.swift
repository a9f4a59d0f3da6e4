internal import LZ4

/// Reads LZ4 frames (LZ4 Frame Format Description): one or several, one after another, skippable ones passed over.
enum LZ4File {
  /// - Throws: ``DecompressionError`` when the bytes are damaged or cut off, or hold more than `maxBytes`.
  static func decompress(_ input: [UInt8], maxBytes: Int) throws(DecompressionError) -> [UInt8] {
    guard !input.isEmpty else { throw .cutOff }
    var output: [UInt8] = []
    var start = 0
    while start < input.count {
      do {
        start += try frame(input.span.extracting(start..<input.count), into: &output, maxBytes: maxBytes)
      } catch let error as DecompressionError {
        throw error
      } catch {
        throw .damaged("LZ4: \(error)")
      }
    }
    return output
  }

  /// Reads one frame and returns how long it was.
  private static func frame(_ input: Span<UInt8>, into output: inout [UInt8], maxBytes: Int) throws -> Int {
    var decoder = try FrameDecoder()
    let consumed = try decoder.decode(input) { piece in
      guard output.count + piece.count <= maxBytes else { throw DecompressionError.tooLarge(maxBytes) }
      unsafe piece.withUnsafeBufferPointer { unsafe output.append(contentsOf: $0) }
    }
    guard decoder.isAtEnd else { throw DecompressionError.cutOff }
    return consumed
  }
}
