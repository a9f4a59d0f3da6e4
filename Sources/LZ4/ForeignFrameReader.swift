internal import CLZ4

/// Reads LZ4 frames of any kind by liblz4: those that others made, and skippable ones.
@safe
struct ForeignFrameReader: ~Copyable {
  private let context: OpaquePointer
  /// The last frame is complete, and what checksums it has are right.
  private(set) var isAtEnd = false

  /// - Throws: ``LZ4Error`` when there is no memory.
  init() throws(LZ4Error) {
    var context: OpaquePointer?
    let code = unsafe LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
    guard LZ4F_isError(code) == 0, let context = unsafe context else { throw LZ4Error(code: code) }
    unsafe self.context = context
  }

  deinit { _ = unsafe LZ4F_freeDecompressionContext(context) }

  /// As ``FrameDecoder/decode(_:into:)``.
  mutating func decode(
    _ input: Span<UInt8>,
    into output: inout MutableSpan<UInt8>
  ) throws(LZ4Error) -> FrameDecoder.Step {
    var produced = output.count
    var consumed = input.count
    let code = unsafe output.withUnsafeMutableBufferPointer { target in
      unsafe input.withUnsafeBufferPointer { source in
        unsafe LZ4F_decompress(context, target.baseAddress, &produced, source.baseAddress, &consumed, nil)
      }
    }
    guard LZ4F_isError(code) == 0 else { throw LZ4Error(code: code) }
    isAtEnd = code == 0
    return FrameDecoder.Step(consumed: consumed, produced: produced)
  }
}

// Sound: the type is noncopyable, so one value owns the context; liblz4 keeps nothing outside it, nor anything bound to a
// thread, and what is sent to another thread can no longer be used by the sender.
extension ForeignFrameReader: @unchecked Sendable {}
