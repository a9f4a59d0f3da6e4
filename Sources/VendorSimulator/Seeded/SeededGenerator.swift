/// Numbers that look random and are the same for the same seed, on every machine and with every version of Swift.
///
/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): any seed is good, and a
/// record can have a generator of its own, made from what it is.
struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A generator for one thing: the seed, what kind it is, and its numbers.
  init(seed: UInt64, _ kind: StaticString, _ numbers: Int...) {
    var mixed = unsafe SeededGenerator.hash(UnsafeBufferPointer(start: kind.utf8Start, count: kind.utf8CodeUnitCount))
    for number in numbers { mixed = Self.mix(mixed &+ UInt64(bitPattern: Int64(number)) &* 0x9E37_79B9_7F4A_7C15) }
    state = Self.mix(seed ^ mixed)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  /// A number of the range; the standard library's own way of drawing one may change between versions.
  mutating func int(_ range: ClosedRange<Int>) -> Int {
    let width = UInt64(range.upperBound - range.lowerBound) + 1
    return range.lowerBound + Int(next().multipliedFullWidth(by: width).high)
  }

  /// True in `percent` of 100 cases.
  mutating func chance(_ percent: Int) -> Bool { int(0...99) < percent }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[int(0...(elements.count - 1))] }

  /// `count` different positions of a collection that has `total`, in ascending order.
  mutating func positions(_ count: Int, of total: Int) -> [Int] {
    var chosen = Set<Int>()
    while chosen.count < min(count, total) { chosen.insert(int(0...(total - 1))) }
    return chosen.sorted()
  }

  /// A number that depends on the bytes alone: FNV-1a, mixed.
  static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    mix(bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 })
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var value = value
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
