internal import CLZ4

/// Reads LZ4 frames of any kind, from bytes that come piece by piece.
///
/// Skippable frames are skipped: they end like any other and give no content. After the end of one frame the next
/// may follow; whether it should is for the caller to say.
@safe
public struct FrameDecoder: ~Copyable {
  /// What one call did.
  public struct Step: Equatable, Sendable {
    /// Bytes of the input that were used; hand over the rest again.
    public var consumed: Int
    /// Bytes of the output that were written, from its beginning.
    public var produced: Int

    public init(consumed: Int = 0, produced: Int = 0) {
      self.consumed = consumed
      self.produced = produced
    }
  }

  private let context: OpaquePointer

  /// The last frame is complete, and its checksums are right. A new frame makes it false again.
  public private(set) var isAtEnd = false

  /// - Throws: ``LZ4Error`` when there is no memory.
  public init() throws(LZ4Error) {
    var context: OpaquePointer?
    let code = unsafe LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
    guard LZ4F_isError(code) == 0, let context = unsafe context else { throw LZ4Error(code: code) }
    unsafe self.context = context
  }

  deinit { _ = unsafe LZ4F_freeDecompressionContext(context) }

  /// Decodes until the input is used up, the output is full, or the frame is at its end.
  ///
  /// Fastest when the output has room for a whole block of the frame: it is then decoded straight into it. Every block
  /// whose checksum the frame holds is checked before any of it is written.
  ///
  /// - Throws: ``LZ4Error`` when the bytes are damaged or no frame; the decoder is then of no use any more.
  public mutating func decode(
    _ input: Span<UInt8>,
    into output: inout MutableSpan<UInt8>
  ) throws(LZ4Error) -> Step {
    var produced = output.count
    var consumed = input.count
    let code = unsafe output.withUnsafeMutableBufferPointer { target in
      unsafe input.withUnsafeBufferPointer { source in
        unsafe LZ4F_decompress(context, target.baseAddress, &produced, source.baseAddress, &consumed, nil)
      }
    }
    guard LZ4F_isError(code) == 0 else { throw LZ4Error(code: code) }
    isAtEnd = code == 0
    return Step(consumed: consumed, produced: produced)
  }
}

// Sound: the type is noncopyable, so one value owns the context; liblz4 keeps nothing outside it, nor anything bound to a
// thread, and what is sent to another thread can no longer be used by the sender.
extension FrameDecoder: @unchecked Sendable {}

extension FrameDecoder {
  /// Decodes input to its end, or to the end of the frame, and hands on what comes out of it piece by piece.
  ///
  /// - Returns: How many bytes of the input were used; fewer than all only at the end of the frame.
  /// - Throws: ``LZ4Error``, or what `body` throws.
  public mutating func decode(_ input: Span<UInt8>, _ body: (Span<UInt8>) throws -> Void) throws -> Int {
    var piece = [UInt8](repeating: 0, count: FrameEncoder.blockByteCount)
    var consumed = 0
    repeat {
      var room = piece.mutableSpan
      let step = try decode(input.extracting(consumed...), into: &room)
      consumed += step.consumed
      if step.produced > 0 { try body(piece.span.extracting(..<step.produced)) }
      if step == Step() { break }
    } while !isAtEnd
    return consumed
  }
}
