internal import JSONText

/// Remembers what a segment has had. Its size is bounded by the segment's number of records.
///
/// A table of its own, with open addressing over flat arrays: as a dictionary this was a twentieth of hash's time.
struct RepeatFilter: ~Copyable {
  /// The identities, one behind the other.
  private var bytes = OutputBytes(capacity: 1 << 16)
  /// Where each ends in `bytes`, and a number made of it.
  private var ends: [Int] = []
  private var marks: [UInt64] = []
  /// One more than the number of the identity that is here; 0 for none. As many as a power of two.
  private var slots: [UInt32]

  /// - Parameter records: How many identities there will be.
  init(records: Int) {
    var count = 1 << 4
    while count < 2 * min(records, Self.reserveMax) { count *= 2 }
    slots = Array(repeating: 0, count: count)
  }

  /// A footer that lies about its records takes no more memory than this at once.
  private static let reserveMax = 1 << 16

  /// Slots that are looked at for one identity. A vendor who makes identities of one mark gets them all to merge, which
  /// finds nothing to do for a repeat; it does not get hash to look at each for each.
  private static let probesMax = 64

  /// Whether the same key, version and hash came before.
  mutating func isRepeat(_ identity: Span<UInt8>) -> Bool {
    // All of it: records that differ in their version alone have one digest.
    let mark = Self.mark(of: identity)
    var slot = Int(truncatingIfNeeded: mark) & (slots.count - 1)
    for _ in 0..<Self.probesMax {
      let number = Int(slots[slot])
      if number == 0 {
        remember(identity, mark, in: slot)
        return false
      }
      if marks[number - 1] == mark, isEqual(identity, number - 1) { return true }
      slot = (slot + 1) & (slots.count - 1)
    }
    return false
  }

  private mutating func remember(_ identity: Span<UInt8>, _ mark: UInt64, in slot: Int) {
    bytes.append(identity)
    ends.append(bytes.count)
    marks.append(mark)
    slots[slot] = UInt32(ends.count)
    if ends.count * 2 > slots.count { grow() }
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    for (index, mark) in marks.enumerated() {
      var slot = Int(truncatingIfNeeded: mark) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(index + 1)
    }
  }

  private func isEqual(_ identity: Span<UInt8>, _ index: Int) -> Bool {
    let start = index == 0 ? 0 : ends[index - 1]
    guard ends[index] - start == identity.count else { return false }
    return bytes.withBytes { all in
      for offset in identity.indices where all[start + offset] != identity[offset] { return false }
      return true
    }
  }

  /// A number that is the same for the same bytes and seldom for others: multiplied and folded, eight bytes at a time.
  private static func mark(of identity: Span<UInt8>) -> UInt64 {
    let factor: UInt64 = 0x9E37_79B9_7F4A_7C15  // 2^64 divided by the golden ratio
    var mark = UInt64(identity.count)
    var index = 0
    while index < identity.count {
      var word: UInt64 = 0
      for offset in index..<min(index + 8, identity.count) { word = word << 8 | UInt64(identity[offset]) }
      mark = (mark ^ word) &* factor
      mark ^= mark >> 32
      index += 8
    }
    return mark
  }
}
