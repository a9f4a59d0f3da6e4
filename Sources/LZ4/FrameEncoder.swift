/// Makes one LZ4 frame of bytes that come piece by piece.
///
/// Blocks of 256 KiB, independent of each other, each with a checksum, and a checksum of all content at the end: any
/// reader of LZ4 frames reads it, and any damage is noticed. How the bytes are divided into pieces does not show, unless
/// ``flush(to:)`` divides them: the same content at the same level gives the same frame, which is that of liblz4.
///
/// liblz4 compresses the blocks; the frame around them is made here, for its checksums: see `xxh32.c`. Of writing a segment
/// of car records they were a third.
public struct FrameEncoder: ~Copyable {
  /// The size of a block's content, in bytes. Larger ones compress 1–2 % better, and a reader holds one in memory.
  public static let blockByteCount = 256 << 10

  private let compressor: BlockCompressor
  private var content = Checksum()
  private var block = [UInt8](repeating: 0, count: Self.blockByteCount)
  private var blockCount = 0
  private var output: [UInt8]
  /// Bytes of `output` that the sink has not got yet: the frame's header, until the first block follows it.
  private var outputCount: Int

  /// - Parameter compressionLevel: As for the `lz4` program: 1 is fast, 3 to 12 are smaller and much slower; below zero,
  ///   faster still. Values outside are taken as the nearest.
  /// - Throws: ``LZ4Error`` when there is no memory.
  public init(compressionLevel: Int = 1) throws(LZ4Error) {
    compressor = try BlockCompressor(level: compressionLevel)
    output = FrameHeader.oursInFull
    outputCount = output.count
    output += repeatElement(0, count: Self.blockByteCount + 4 * Self.wordByteCount)
  }

  /// A block's size, and its checksum behind it.
  static let wordByteCount = 4
  /// In a block's size: it lies there as it is.
  static let isStored: UInt32 = 1 << 31

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
      let place = blockCount
      unsafe block.withUnsafeMutableBufferPointer { block in
        unsafe content.withUnsafeBufferPointer { source in
          guard let from = source.baseAddress, let to = block.baseAddress else { return }
          unsafe (to + place).update(from: from + taken, count: piece)
        }
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
    for word in [0, content.value] {
      for byte in 0..<Self.wordByteCount {
        output[outputCount] = UInt8(truncatingIfNeeded: word >> (8 * byte))
        outputCount += 1
      }
    }
    try drain(to: sink)
  }

  private mutating func endBlock<E: Error>(to sink: (Span<UInt8>) throws(E) -> Void) throws(E) {
    let (count, start) = (blockCount, outputCount)
    outputCount += unsafe block.withUnsafeBufferPointer { block in
      let source = unsafe UnsafeBufferPointer(rebasing: block[..<count])
      unsafe content.add(source)
      return unsafe output.withUnsafeMutableBufferPointer { output in
        guard let from = source.baseAddress, let base = output.baseAddress else { return 0 }
        let head = unsafe base + start
        let body = unsafe head + Self.wordByteCount
        var size = unsafe compressor.compress(source, into: body)
        var word = UInt32(size)
        if size == 0 {
          unsafe body.update(from: from, count: count)
          size = count
          word = UInt32(size) | Self.isStored
        }
        let checksum = unsafe Checksum.of(UnsafeBufferPointer(start: body, count: size))
        unsafe UnsafeMutableRawPointer(head).storeBytes(of: word.littleEndian, as: UInt32.self)
        unsafe UnsafeMutableRawPointer(body + size).storeBytes(of: checksum.littleEndian, as: UInt32.self)
        return size + 2 * Self.wordByteCount
      }
    }
    blockCount = 0
    try drain(to: sink)
  }

  private mutating func drain<E: Error>(to sink: (Span<UInt8>) throws(E) -> Void) throws(E) {
    let ready = outputCount
    outputCount = 0
    try sink(output.span.extracting(..<ready))
  }
}
