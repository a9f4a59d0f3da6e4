internal import CZlib
internal import NIOCore

/// Writes gzip (RFC 1952) for answers.
enum Gzip {
  /// Answers smaller than this go out as they are: the gain would be less than a network packet.
  static let worthwhileBytes = 1_400

  /// - Parameters:
  ///   - body: What to compress; under 4 GiB, which is as far as zlib counts.
  ///   - level: zlib's, 1 (fast) to 9 (small).
  /// - Returns: One gzip member, or nil when zlib has no memory; the answer then goes out as it is.
  static func compress(_ body: ByteBuffer, level: Int) -> ByteBuffer? {
    var stream = unsafe z_stream()
    guard unsafe weir_gzip_begin(&stream, Int32(level)) == Z_OK else { return nil }
    defer { unsafe deflateEnd(&stream) }
    let bound = unsafe Int(deflateBound(&stream, UInt(body.readableBytes)))
    var output = ByteBuffer()
    var isWhole = false
    unsafe output.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { target in
      unsafe body.withUnsafeReadableBytes { source in
        // zlib does not write through next_in; its type merely predates const.
        let input = unsafe source.bindMemory(to: UInt8.self).baseAddress
        unsafe stream.next_in = input.map { unsafe UnsafeMutablePointer(mutating: $0) }
        unsafe stream.avail_in = UInt32(source.count)
        unsafe stream.next_out = target.bindMemory(to: UInt8.self).baseAddress
        unsafe stream.avail_out = UInt32(target.count)
        isWhole = unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END
        return unsafe target.count - Int(stream.avail_out)
      }
    }
    return isWhole ? output : nil
  }
}
