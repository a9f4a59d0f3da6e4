internal import CDeflate

/// Decompresses what is there whole.
///
/// libdeflate does it; zlib's inflating was a fifth of all the time of fetch. It wants the whole input and room for the whole output
/// at once, which a page of a vendor has.
@safe
public struct Decompressor: ~Copyable {
  public enum Format: Sendable {
    /// RFC 1952, one member.
    case gzip
    /// RFC 1950, which HTTP calls `deflate`.
    case zlib
  }

  private let decompressor: OpaquePointer

  /// - Throws: ``DecompressionError/noMemory``.
  public init() throws(DecompressionError) {
    guard let made = unsafe libdeflate_alloc_decompressor() else { throw .noMemory }
    unsafe decompressor = made
  }

  deinit { unsafe libdeflate_free_decompressor(decompressor) }

  /// Decompresses one stream; what follows it in the input is left.
  ///
  /// - Returns: How many bytes of both were used.
  /// - Throws: ``DecompressionError``; there is nothing of use in `room` then.
  @unsafe
  public func decompress(
    _ input: UnsafeRawBufferPointer,
    _ format: Format,
    into room: UnsafeMutableRawBufferPointer
  ) throws(DecompressionError) -> (consumed: Int, produced: Int) {
    var (consumed, produced) = (0, 0)
    let decompress = unsafe format == .gzip ? libdeflate_gzip_decompress_ex : libdeflate_zlib_decompress_ex
    let result = unsafe decompress(
      decompressor,
      input.baseAddress,
      input.count,
      room.baseAddress,
      room.count,
      &consumed,
      &produced
    )
    switch result {
    case LIBDEFLATE_SUCCESS: return (consumed, produced)
    case LIBDEFLATE_INSUFFICIENT_SPACE: throw .noRoom
    default: throw .damaged
    }
  }

  /// The size that a gzip says its content has, modulo 2³²; nil when it is too short to be one. Only a hint: who made it may lie.
  /// Source: RFC 1952, section 2.3.1, ISIZE.
  @unsafe
  public static func announcedCount(ofGzip input: UnsafeRawBufferPointer) -> Int? {
    guard input.count >= gzipByteCountMin else { return nil }
    return unsafe Int(UInt32(littleEndian: input.loadUnaligned(fromByteOffset: input.count - 4, as: UInt32.self)))
  }

  /// Header and trailer of RFC 1952.
  private static let gzipByteCountMin = 18
}

public enum DecompressionError: Error, Equatable {
  /// Bytes that the format does not allow, a checksum that is not theirs, or an end in the middle.
  case damaged
  /// The content is more than the room that was given.
  case noRoom
  case noMemory
}
