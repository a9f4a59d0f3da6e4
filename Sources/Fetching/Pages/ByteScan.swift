internal import Glibc

/// The loops that look at every byte of a page. All pointers of this module are here.
enum ByteScan {
  static func containsNewline(_ bytes: Span<UInt8>) -> Bool {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return false }
      return unsafe memchr(base, 0x0A, buffer.count) != nil
    }
  }

  /// Whether bytes stand somewhere among others.
  static func contains(_ needle: Span<UInt8>, in bytes: Span<UInt8>) -> Bool {
    guard needle.count <= bytes.count else { return false }
    return (0...(bytes.count - needle.count)).contains { start in
      needle.indices.allSatisfy { bytes[start + $0] == needle[$0] }
    }
  }

  /// A digest that is quick and spreads well, and that nobody should lean on against an adversary.
  ///
  /// Eight bytes at a time: an odd multiplier (2^64 over the golden ratio) carries each upwards, the shift back down.
  static func digest(_ bytes: Span<UInt8>) -> UInt64 {
    let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
    var state = UInt64(bytes.count) &* multiplier
    unsafe bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset + 8 <= buffer.count {
        let word = unsafe buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        state = (state ^ word) &* multiplier
        state ^= state >> 32
        offset += 8
      }
      while offset < buffer.count {
        state = (state ^ UInt64(unsafe buffer[offset])) &* multiplier
        state ^= state >> 32
        offset += 1
      }
    }
    return state
  }

  /// Copies what is not a line's end. Inside a string of JSON there is none, so only space between tokens goes.
  static func withoutLineEnds(_ bytes: Span<UInt8>) -> [UInt8] {
    var kept: [UInt8] = []
    kept.reserveCapacity(bytes.count)
    for index in bytes.indices where bytes[index] != 0x0A && bytes[index] != 0x0D { kept.append(bytes[index]) }
    return kept
  }
}
