internal import CLZ4

/// Makes one LZ4 frame of bytes that come piece by piece.
///
/// Blocks of 256 KiB, independent of each other, each with a checksum, and a checksum of all content at the end: any
/// reader of LZ4 frames reads it, and any damage is noticed. How the bytes are divided into pieces does not show, unless
/// ``flush(to:)`` divides them: the same content at the same level gives the same frame.
@safe
public struct FrameEncoder: ~Copyable {
  /// The size of a block's content, in bytes. Larger ones compress 1–2 % better, and a reader holds one in memory.
  public static let blockByteCount = 256 << 10

  private let context: OpaquePointer
  private let block: UnsafeMutablePointer<UInt8>
  private var blockCount = 0
  private let output: UnsafeMutablePointer<UInt8>
  private let outputCapacity: Int
  /// Bytes of `output` that the sink has not got yet: the frame's header, until the first block follows it.
  private var outputCount: Int

  /// - Parameter compressionLevel: As for the `lz4` program: 1 is fast, 3 to 12 are smaller and much slower; below zero,
  ///   faster still. Values outside are taken as the nearest.
  /// - Throws: ``LZ4Error`` when there is no memory.
  public init(compressionLevel: Int = 1) throws(LZ4Error) {
    var preferences = LZ4F_preferences_t()
    preferences.frameInfo.blockSizeID = LZ4F_max256KB
    preferences.frameInfo.blockMode = LZ4F_blockIndependent
    preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled
    preferences.compressionLevel = Int32(clamping: compressionLevel)
    // Each block is handed over whole, so liblz4 compresses it where it lies instead of copying it first.
    preferences.autoFlush = 1

    var context: OpaquePointer?
    try Self.check(unsafe LZ4F_createCompressionContext(&context, UInt32(LZ4F_VERSION)))
    guard let context = unsafe context else { preconditionFailure("liblz4 made a context and does not give it") }
    let bound = unsafe LZ4F_compressBound(Self.blockByteCount, &preferences)
    let capacity = Int(LZ4F_HEADER_SIZE_MAX) + bound
    let output = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    let headerByteCount: Int
    do throws(LZ4Error) {
      headerByteCount = try Self.check(unsafe LZ4F_compressBegin(context, output, capacity, &preferences))
    } catch {
      unsafe output.deallocate()
      _ = unsafe LZ4F_freeCompressionContext(context)
      throw error
    }
    unsafe self.context = context
    unsafe self.output = output
    outputCapacity = capacity
    outputCount = headerByteCount
    unsafe block = .allocate(capacity: Self.blockByteCount)
  }

  deinit {
    _ = unsafe LZ4F_freeCompressionContext(context)
    unsafe block.deallocate()
    unsafe output.deallocate()
  }

  /// Adds content; whenever a block is full, its compressed form goes to the sink.
  ///
  /// - Throws: What the sink throws; the frame is then of no use any more.
  public mutating func append<E: Error>(
    _ content: Span<UInt8>,
    to sink: (Span<UInt8>) throws(E) -> Void
  ) throws(E) {
    var taken = 0
    while taken < content.count {
      let piece = min(content.count - taken, Self.blockByteCount - blockCount)
      unsafe content.withUnsafeBufferPointer { source in
        guard let base = source.baseAddress else { return }
        unsafe (block + blockCount).update(from: base + taken, count: piece)
      }
      taken += piece
      blockCount += piece
      if blockCount == Self.blockByteCount { try endBlock(to: sink) }
    }
  }

  /// Hands over what was added so far, as a block that is shorter than others.
  ///
  /// - Throws: What the sink throws; the frame is then of no use any more.
  public mutating func flush<E: Error>(to sink: (Span<UInt8>) throws(E) -> Void) throws(E) {
    if blockCount > 0 { try endBlock(to: sink) }
  }

  /// Compresses what is left and ends the frame.
  ///
  /// - Throws: What the sink throws.
  public consuming func finish<E: Error>(to sink: (Span<UInt8>) throws(E) -> Void) throws(E) {
    try flush(to: sink)
    add(unsafe LZ4F_compressEnd(context, output + outputCount, outputCapacity - outputCount, nil))
    try drain(to: sink)
  }

  private mutating func endBlock<E: Error>(to sink: (Span<UInt8>) throws(E) -> Void) throws(E) {
    let room = outputCapacity - outputCount
    add(unsafe LZ4F_compressUpdate(context, output + outputCount, room, block, blockCount, nil))
    blockCount = 0
    try drain(to: sink)
  }

  private mutating func drain<E: Error>(to sink: (Span<UInt8>) throws(E) -> Void) throws(E) {
    let ready = unsafe UnsafeBufferPointer(start: output, count: outputCount)
    outputCount = 0
    try sink(unsafe Span(_unsafeElements: ready))
  }

  private mutating func add(_ code: Int) {
    // With a context, a frame begun and room for the bound, liblz4 has no way to fail.
    precondition(LZ4F_isError(code) == 0, "liblz4 refused a block")
    outputCount += code
  }

  @discardableResult
  private static func check(_ code: Int) throws(LZ4Error) -> Int {
    guard LZ4F_isError(code) == 0 else { throw LZ4Error(code: code) }
    return code
  }
}

// Sound: the type is noncopyable, so one value owns the context; liblz4 keeps nothing outside it, nor anything bound to a
// thread, and what is sent to another thread can no longer be used by the sender.
extension FrameEncoder: @unchecked Sendable {}
