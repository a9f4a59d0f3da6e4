internal import Glibc

/// Comparing and copying what is mostly a dozen bytes long: names, labels, numbers. A call of memcmp or memcpy costs more
/// than the work there; together they were a twentieth of the time of hash and stage.
///
/// Words of eight or four bytes are taken from the beginning and from the end, and may overlap in the middle.
enum ShortBytes {
  /// Lengths up to this are worth it.
  private static let countMax = 32

  /// Whether two texts of `count` bytes are the same.
  @unsafe
  static func areEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, count: Int) -> Bool {
    let (left, right) = unsafe (UnsafeRawPointer(left), UnsafeRawPointer(right))
    if count >= 8 {
      if count > countMax { return unsafe memcmp(left, right, count) == 0 }
      var index = 0
      while index < count - 8 {
        if unsafe word(left, index) != word(right, index) { return false }
        index += 8
      }
      return unsafe word(left, count - 8) == word(right, count - 8)
    }
    if count >= 4 {
      guard unsafe half(left, 0) == half(right, 0) else { return false }
      return unsafe half(left, count - 4) == half(right, count - 4)
    }
    for index in 0..<count {
      let (one, other) = unsafe (
        left.loadUnaligned(fromByteOffset: index, as: UInt8.self),
        right.loadUnaligned(fromByteOffset: index, as: UInt8.self)
      )
      if one != other { return false }
    }
    return true
  }

  /// Copies `count` bytes to a place that does not overlap with them.
  @unsafe
  static func copy(_ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, count: Int) {
    if count > countMax {
      unsafe memcpy(target, source, count)
      return
    }
    let (source, target) = unsafe (UnsafeRawPointer(source), UnsafeMutableRawPointer(target))
    if count >= 8 {
      let last = unsafe word(source, count - 8)
      var index = 0
      while index < count - 8 {
        unsafe target.storeBytes(of: word(source, index), toByteOffset: index, as: UInt64.self)
        index += 8
      }
      unsafe target.storeBytes(of: last, toByteOffset: count - 8, as: UInt64.self)
    } else if count >= 4 {
      let (first, last) = unsafe (half(source, 0), half(source, count - 4))
      unsafe target.storeBytes(of: first, toByteOffset: 0, as: UInt32.self)
      unsafe target.storeBytes(of: last, toByteOffset: count - 4, as: UInt32.self)
    } else {
      for index in 0..<count {
        let byte = unsafe source.loadUnaligned(fromByteOffset: index, as: UInt8.self)
        unsafe target.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
      }
    }
  }

  private static func word(_ bytes: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }

  private static func half(_ bytes: UnsafeRawPointer, _ offset: Int) -> UInt32 {
    unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
  }
}
