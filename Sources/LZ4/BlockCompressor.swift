internal import CLZ4
internal import Glibc

/// Compresses blocks, each for itself.
@safe
struct BlockCompressor: ~Copyable {
  private let state: UnsafeMutableRawPointer
  private let level: Int32

  /// - Parameter level: As for the `lz4` program; values outside are taken as the nearest.
  /// - Throws: ``LZ4Error`` when there is no memory.
  init(level: Int) throws(LZ4Error) {
    // Further down nothing changes any more.
    self.level = Int32(clamping: max(level, -1_000_000))
    let byteCount = self.level < LZ4HC_CLEVEL_MIN ? LZ4_sizeofState() : LZ4_sizeofStateHC()
    guard let state = unsafe malloc(Int(byteCount)) else { throw LZ4Error("allocation failed") }
    unsafe self.state = state
  }

  deinit { unsafe free(state) }

  /// Compresses `source` into less room than it takes itself.
  ///
  /// - Parameters:
  ///   - source: 1 byte to 1 GiB.
  ///   - target: With room for one byte less.
  /// - Returns: Bytes of `target`; 0 when it cannot be made smaller.
  func compress(_ source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutablePointer<UInt8>) -> Int {
    let (count, room) = (Int32(source.count), Int32(source.count - 1))
    let size = unsafe source.withMemoryRebound(to: CChar.self) { source in
      unsafe target.withMemoryRebound(to: CChar.self, capacity: Int(room)) { target in
        if level >= LZ4HC_CLEVEL_MIN {
          unsafe LZ4_compress_HC_extStateHC(state, source.baseAddress, target, count, room, level)
        } else {
          // The levels of the program below 3 are one, and those below 0 so many places passed over.
          unsafe LZ4_compress_fast_extState(state, source.baseAddress, target, count, room, max(0, 0 &- level) &+ 1)
        }
      }
    }
    return Int(max(0, size))
  }
}

// Sound: the type is noncopyable, so one value owns the memory; liblz4 begins it anew with each block and keeps nothing else,
// and what is sent to another thread can no longer be used by the sender.
extension BlockCompressor: @unchecked Sendable {}
