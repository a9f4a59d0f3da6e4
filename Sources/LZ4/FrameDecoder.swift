internal import CLZ4

/// Reads one LZ4 frame from bytes that come in pieces of any size; checks every checksum that the frame has.
@safe
public struct FrameDecoder: ~Copyable {
  private let context: OpaquePointer
  private var buffer: [UInt8]
  /// The end mark was read and the content's checksum held.
  public private(set) var isAtEnd = false

  /// Room for what one call decodes: the largest block of the format.
  public static let outputBytes = 4 << 20

  /// - Parameter outputBytes: Room for one piece of output.
  /// - Throws: ``LZ4Error`` when there is no memory.
  public init(outputBytes: Int = FrameEncoder.blockBytes) throws(LZ4Error) {
    var created: OpaquePointer?
    let code = unsafe LZ4F_createDecompressionContext(&created, UInt32(LZ4F_VERSION))
    if let error = LZ4Error(code: code) { throw error }
    guard let created = unsafe created else { throw LZ4Error("no memory for an LZ4 frame") }
    unsafe context = created
    buffer = [UInt8](repeating: 0, count: outputBytes)
  }

  deinit { unsafe LZ4F_freeDecompressionContext(context) }

  /// Decodes a piece of the frame and hands on what comes out of it.
  ///
  /// - Returns: Bytes of `input` that belong to the frame; fewer than all only when the frame ended in them.
  /// - Throws: ``LZ4Error`` when the bytes are not a frame or a checksum differs, and what `write` throws.
  public mutating func decode(_ input: Span<UInt8>, _ write: (Span<UInt8>) throws -> Void) throws -> Int {
    var consumed = 0
    while !isAtEnd {
      var produced = buffer.count
      var taken = input.count - consumed
      let hint = unsafe buffer.withUnsafeMutableBytes { out in
        unsafe input.extracting(consumed..<input.count).withUnsafeBufferPointer { source in
          unsafe LZ4F_decompress(context, out.baseAddress, &produced, source.baseAddress, &taken, nil)
        }
      }
      if let error = LZ4Error(code: hint) { throw error }
      consumed += taken
      isAtEnd = hint == 0
      if produced > 0 { try write(buffer.span.extracting(0..<produced)) }
      if taken == 0 && produced == 0 { break }
    }
    return consumed
  }
}
