import TestSupport
import Testing

@testable import JSONText

struct ShortBytesTests {
  @Test("every length is copied whole, and nothing beside it", arguments: 0...80)
  func copy(count: Int) {
    let source = (0..<count).map { UInt8($0 + 1) }
    var target = [UInt8](repeating: 0xEE, count: count + 16)
    unsafe source.withUnsafeBufferPointer { source in
      unsafe target.withUnsafeMutableBufferPointer { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        unsafe ShortBytes.copy(from, to: to + 8, count: count)
      }
    }
    let edge = [UInt8](repeating: 0xEE, count: 8)
    #expect(target == edge + source + edge)
  }

  @Test("equal is what is equal in every byte, and bytes beside do not count", arguments: 1...80)
  func equal(count: Int) {
    let text = (0..<count).map { UInt8($0 + 1) }
    for place in 0...count {
      var other = text + [0xAA]
      other[place] ^= 0x10
      let isEqual = unsafe text.withUnsafeBufferPointer { left in
        unsafe other.withUnsafeBufferPointer { right in
          guard let left = left.baseAddress, let right = right.baseAddress else { return false }
          return unsafe ShortBytes.areEqual(left, right, count: count)
        }
      }
      #expect(isEqual == (place == count), "byte \(place) of \(count)")
    }
  }
}
