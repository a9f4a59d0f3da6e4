internal import CDigests

/// XXH32 with seed 0 of bytes that come piece by piece: what LZ4 frames are checked by.
struct Checksum: Sendable {
  private var state = weir_xxh32()

  init() { unsafe weir_xxh32_begin(&state) }

  mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let base = bytes.baseAddress else { return }
    unsafe weir_xxh32_add(&state, base, bytes.count)
  }

  mutating func add(_ bytes: Span<UInt8>) { unsafe bytes.withUnsafeBufferPointer { unsafe add($0) } }

  /// Of everything that was added.
  var value: UInt32 {
    var copy = state
    return unsafe weir_xxh32_end(&copy)
  }

  static func of(_ bytes: Span<UInt8>) -> UInt32 {
    var checksum = Checksum()
    checksum.add(bytes)
    return checksum.value
  }

  static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var checksum = Checksum()
    unsafe checksum.add(bytes)
    return checksum.value
  }
}
