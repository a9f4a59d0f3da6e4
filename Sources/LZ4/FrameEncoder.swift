internal import CLZ4

/// Writes one LZ4 frame, a block at a time, with a checksum for each block and one for the content.
///
/// Source: LZ4 Frame Format Description 1.6.3. Without the content checksum, which is off by default in the library, most
/// flipped bits go unnoticed.
@safe
public struct FrameEncoder: ~Copyable {
  private let context: OpaquePointer
  private var preferences: LZ4F_preferences_t
  private var buffer: [UInt8]

  /// Uncompressed bytes of a block.
  public static let blockBytes = 256 << 10

  /// - Parameter level: 1 is the library's fast default; up to 12 is smaller and slower, below 0 faster and larger.
  /// - Throws: ``LZ4Error`` when there is no memory.
  public init(level: Int) throws(LZ4Error) {
    var created: OpaquePointer?
    let code = unsafe LZ4F_createCompressionContext(&created, UInt32(LZ4F_VERSION))
    if let error = LZ4Error(code: code) { throw error }
    guard let created = unsafe created else { throw LZ4Error("no memory for an LZ4 frame") }
    var preferences = unsafe LZ4F_preferences_t()
    unsafe preferences.frameInfo.blockSizeID = LZ4F_max256KB
    unsafe preferences.frameInfo.blockMode = LZ4F_blockIndependent
    unsafe preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled
    unsafe preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled
    unsafe preferences.compressionLevel = Int32(level)
    unsafe preferences.autoFlush = 1
    let bound = unsafe LZ4F_compressBound(Self.blockBytes, &preferences)
    unsafe context = created
    unsafe self.preferences = preferences
    buffer = [UInt8](repeating: 0, count: max(bound, Int(LZ4F_HEADER_SIZE_MAX)))
  }

  deinit { unsafe LZ4F_freeCompressionContext(context) }

  /// The frame's header; write it first.
  public mutating func begin(_ write: (Span<UInt8>) throws -> Void) throws {
    let size = unsafe buffer.withUnsafeMutableBytes { out in
      unsafe LZ4F_compressBegin(context, out.baseAddress, out.count, &preferences)
    }
    try emit(size, write)
  }

  /// Compresses at most ``blockBytes`` into one block.
  public mutating func block(_ bytes: Span<UInt8>, _ write: (Span<UInt8>) throws -> Void) throws {
    precondition(bytes.count <= Self.blockBytes, "the buffer holds one block")
    let size = unsafe buffer.withUnsafeMutableBytes { out in
      unsafe bytes.withUnsafeBufferPointer { source in
        unsafe LZ4F_compressUpdate(context, out.baseAddress, out.count, source.baseAddress, source.count, nil)
      }
    }
    try emit(size, write)
  }

  /// The end mark and the content's checksum; write them last.
  public mutating func end(_ write: (Span<UInt8>) throws -> Void) throws {
    let size = unsafe buffer.withUnsafeMutableBytes { out in
      unsafe LZ4F_compressEnd(context, out.baseAddress, out.count, nil)
    }
    try emit(size, write)
  }

  private func emit(_ size: Int, _ write: (Span<UInt8>) throws -> Void) throws {
    if let error = LZ4Error(code: size) { throw error }
    if size > 0 { try write(buffer.span.extracting(0..<size)) }
  }
}
