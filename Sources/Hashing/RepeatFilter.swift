internal import JSONText

/// Remembers what a segment has had. Its size is bounded by the segment's number of records.
struct RepeatFilter: ~Copyable {
  /// Where in `bytes` an identity is, by a hash of it.
  private var places: [Int: Range<Int>] = [:]
  private var bytes = OutputBytes(capacity: 1 << 16)

  /// - Parameter records: How many identities there will be.
  init(records: Int) { places.reserveCapacity(min(records, Self.reserveMax)) }

  /// A footer that lies about its records takes no more memory than this at once.
  private static let reserveMax = 1 << 16

  /// Whether the same key, version and hash came before.
  ///
  /// Two identities with one hash are told apart byte by byte; the second of them is then not remembered, and a repeat of
  /// it goes on to merge, which finds nothing to do.
  mutating func isRepeat(_ identity: Span<UInt8>) -> Bool {
    // All of it: records that differ in their version alone have one digest.
    var hasher = Hasher()
    unsafe identity.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    let hash = hasher.finalize()
    if let place = places[hash] { return bytes.withBytes { $0.extracting(place).isEqual(to: identity) } }
    let start = bytes.count
    bytes.append(identity)
    places[hash] = start..<bytes.count
    return false
  }
}

extension Span<UInt8> {
  fileprivate func isEqual(to other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in indices where self[index] != other[index] { return false }
    return true
  }
}
