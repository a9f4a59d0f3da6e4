internal import CZlib

/// Reads gzip (RFC 1952): one member or several, one after another, as `gzip` and `cat` make them.
enum Gunzip {
  /// Bytes handed back by zlib at a time.
  private static let blockBytes = 1 << 18

  /// - Throws: ``DecompressionError`` when the bytes are damaged or cut off, or hold more than `maxBytes`.
  static func decompress(_ input: [UInt8], maxBytes: Int) throws(DecompressionError) -> [UInt8] {
    var output: [UInt8] = []
    var start = 0
    repeat {
      start += try member(input, from: start, into: &output, maxBytes: maxBytes)
    } while start < input.count
    return output
  }

  /// Reads one member and returns how long it was.
  private static func member(
    _ input: [UInt8],
    from start: Int,
    into output: inout [UInt8],
    maxBytes: Int
  ) throws(DecompressionError) -> Int {
    var stream = unsafe z_stream()
    guard unsafe weir_gunzip_begin(&stream) == Z_OK else { throw .noMemory }
    defer { unsafe inflateEnd(&stream) }
    var block = [UInt8](repeating: 0, count: blockBytes)
    var consumed = 0
    while true {
      // zlib counts in 32 bits.
      let offered = min(input.count - start - consumed, Int(Int32.max))
      let (code, taken, made) = unsafe input.withUnsafeBufferPointer { source in
        unsafe block.withUnsafeMutableBufferPointer { target in
          unsafe stream.next_in = source.baseAddress.map {
            unsafe UnsafeMutablePointer(mutating: $0 + start + consumed)
          }
          unsafe stream.avail_in = UInt32(offered)
          unsafe stream.next_out = target.baseAddress
          unsafe stream.avail_out = UInt32(target.count)
          let code = unsafe inflate(&stream, Z_NO_FLUSH)
          return unsafe (code, offered - Int(stream.avail_in), target.count - Int(stream.avail_out))
        }
      }
      consumed += taken
      guard output.count + made <= maxBytes else { throw .tooLarge(maxBytes) }
      output.append(contentsOf: block[..<made])
      switch code {
      case Z_STREAM_END: return consumed
      case Z_OK where taken > 0 || made > 0: continue
      case Z_BUF_ERROR, Z_OK: throw .cutOff
      default: throw .damaged("gzip")
      }
    }
  }
}

/// A compressed file could not be read.
enum DecompressionError: Error, Equatable, CustomStringConvertible {
  /// Bytes that the format does not allow, or a checksum that does not fit.
  case damaged(String)
  case cutOff
  case noMemory
  /// More than the simulator keeps; the number is the limit in bytes.
  case tooLarge(Int)

  var description: String {
    switch self {
    case .damaged(let format): "not \(format), or damaged"
    case .cutOff: "the compressed data ends in the middle"
    case .noMemory: "no memory to decompress"
    case .tooLarge(let limit): "holds more than \(limit) bytes when decompressed"
    }
  }
}
