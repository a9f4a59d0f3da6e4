internal import Glibc

/// Comparing bytes: the one thing that the simulator does through pointers.
enum ByteOrder {
  /// Negative, zero or positive as `left` sorts before, with or after `right`; a prefix sorts before the longer.
  static func compare(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
    let shared = min(left.count, right.count)
    let order = unsafe left.withUnsafeBufferPointer { left in
      unsafe right.withUnsafeBufferPointer { right -> Int32 in
        guard let left = left.baseAddress, let right = right.baseAddress else { return 0 }
        return unsafe memcmp(left, right, shared)
      }
    }
    return order != 0 ? Int(order) : left.count - right.count
  }

  static func compare(_ left: [UInt8], _ right: [UInt8]) -> Int { compare(left.span, right.span) }
}
