/// XXH3 with 128 bits, seed 0: no seal against a forger, and several times as fast as MD5.
///
/// Source: the xxHash specification, "XXH3 algorithm" (github.com/Cyan4973/xxHash, doc/xxhash_spec.md). Written by the
/// specification's scalar form; a test compares it with digests of the reference library for every length where another
/// branch begins.
enum XXH3 {
  struct Digest: Equatable {
    var high: UInt64
    var low: UInt64
  }

  static func hash(_ bytes: Span<UInt8>) -> Digest {
    unsafe bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress, buffer.count > 0 else { return empty() }
      let input = unsafe Input(base: base, count: buffer.count)
      switch buffer.count {
      case ...3: return upTo3(input)
      case ...8: return upTo8(input)
      case ...16: return upTo16(input)
      case ...128: return upTo128(input)
      case ...240: return upTo240(input)
      default: return long(input)
      }
    }
  }

  /// The bytes, read in little-endian words wherever they lie. Each read is inside: the branches are chosen by the count.
  @safe
  struct Input {
    private let base: UnsafeRawPointer
    let count: Int

    @unsafe
    init(base: UnsafeRawPointer, count: Int) {
      unsafe self.base = base
      self.count = count
    }

    func byte(_ offset: Int) -> UInt8 { unsafe base.load(fromByteOffset: offset, as: UInt8.self) }
    func word32(_ offset: Int) -> UInt32 {
      unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian
    }
    func word64(_ offset: Int) -> UInt64 {
      unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
    }
  }
}

extension XXH3 {
  private static func empty() -> Digest {
    Digest(high: mix33(secret(80) ^ secret(88)), low: mix33(secret(64) ^ secret(72)))
  }

  private static func upTo3(_ input: Input) -> Digest {
    let (first, middle, last) = (input.byte(0), input.byte(input.count >> 1), input.byte(input.count - 1))
    let low = UInt32(first) << 16 | UInt32(middle) << 24 | UInt32(last) | UInt32(input.count) << 8
    let swapped = low.byteSwapped
    let high = swapped << 13 | swapped >> 19
    let flipLow = UInt64(secret32(0) ^ secret32(4))
    let flipHigh = UInt64(secret32(8) ^ secret32(12))
    return Digest(high: mix33(UInt64(high) ^ flipHigh), low: mix33(UInt64(low) ^ flipLow))
  }

  private static func upTo8(_ input: Input) -> Digest {
    let word = UInt64(input.word32(0)) | UInt64(input.word32(input.count - 4)) << 32
    let keyed = word ^ secret(16) ^ secret(24)
    var (high, low) = keyed.multipliedFullWidth(by: prime64_1 &+ UInt64(input.count) << 2)
    high &+= low << 1
    low ^= high >> 3
    low ^= low >> 35
    low &*= 0x9FB2_1C65_1E98_DF25
    low ^= low >> 28
    return Digest(high: avalanche(high), low: low)
  }

  private static func upTo16(_ input: Input) -> Digest {
    let first = input.word64(0)
    var last = input.word64(input.count - 8)
    var (high, low) = (first ^ last ^ secret(32) ^ secret(40)).multipliedFullWidth(by: prime64_1)
    low &+= UInt64(input.count - 1) << 54
    last ^= secret(48) ^ secret(56)
    high &+= last &+ UInt64(UInt32(truncatingIfNeeded: last)) &* UInt64(prime32_2 - 1)
    low ^= high.byteSwapped
    var (productHigh, productLow) = low.multipliedFullWidth(by: prime64_2)
    productHigh &+= high &* prime64_2
    productLow = avalanche(productLow)
    return Digest(high: avalanche(productHigh), low: productLow)
  }

  private static func upTo128(_ input: Input) -> Digest {
    var sum = Digest(high: 0, low: UInt64(input.count) &* prime64_1)
    for step in stride(from: (input.count - 1) / 32, through: 0, by: -1) {
      mix32(&sum, input, 16 * step, input.count - 16 * (step + 1), 32 * step)
    }
    return finish(sum, input.count)
  }

  private static func upTo240(_ input: Input) -> Digest {
    var sum = Digest(high: 0, low: UInt64(input.count) &* prime64_1)
    for step in 0..<4 { mix32(&sum, input, 32 * step, 32 * step + 16, 32 * step) }
    sum = Digest(high: avalanche(sum.high), low: avalanche(sum.low))
    for step in 4..<(input.count / 32) { mix32(&sum, input, 32 * step, 32 * step + 16, 3 + 32 * (step - 4)) }
    mix32(&sum, input, input.count - 16, input.count - 32, 136 - 17 - 16)
    return finish(sum, input.count)
  }

  /// Blocks of sixteen stripes of 64 bytes, summed up in eight lanes that are scrambled after each block.
  private static func long(_ input: Input) -> Digest {
    var lanes: [8 of UInt64] = [
      UInt64(prime32_3), prime64_1, prime64_2, prime64_3, prime64_4, UInt64(prime32_2), prime64_5, UInt64(prime32_1),
    ]
    let blocks = (input.count - 1) / 1024
    for block in 0..<blocks {
      for stripe in 0..<16 { add(&lanes, input, 1024 * block + 64 * stripe, 8 * stripe) }
      for lane in 0..<8 {
        let value = lanes[lane]
        lanes[lane] = (value ^ value >> 47 ^ secret(128 + 8 * lane)) &* UInt64(prime32_1)
      }
    }
    for stripe in 0..<((input.count - 1 - 1024 * blocks) / 64) {
      add(&lanes, input, 1024 * blocks + 64 * stripe, 8 * stripe)
    }
    add(&lanes, input, input.count - 64, 121)
    let count = UInt64(input.count)
    return Digest(high: merge(lanes, 117, ~(count &* prime64_2)), low: merge(lanes, 11, count &* prime64_1))
  }

  private static func add(_ lanes: inout [8 of UInt64], _ input: Input, _ offset: Int, _ secretOffset: Int) {
    for lane in 0..<8 {
      let value = input.word64(offset + 8 * lane)
      let keyed = value ^ secret(secretOffset + 8 * lane)
      lanes[lane ^ 1] &+= value
      lanes[lane] &+= (keyed & 0xFFFF_FFFF) &* (keyed >> 32)
    }
  }

  private static func merge(_ lanes: [8 of UInt64], _ secretOffset: Int, _ start: UInt64) -> UInt64 {
    var sum = start
    for pair in 0..<4 {
      let left = lanes[2 * pair] ^ secret(secretOffset + 16 * pair)
      let right = lanes[2 * pair + 1] ^ secret(secretOffset + 16 * pair + 8)
      sum &+= fold(left, right)
    }
    return avalanche(sum)
  }
}

extension XXH3 {
  private static func mix32(_ sum: inout Digest, _ input: Input, _ first: Int, _ second: Int, _ secretOffset: Int) {
    sum.low &+= mix16(input, first, secretOffset)
    sum.low ^= input.word64(second) &+ input.word64(second + 8)
    sum.high &+= mix16(input, second, secretOffset + 16)
    sum.high ^= input.word64(first) &+ input.word64(first + 8)
  }

  private static func mix16(_ input: Input, _ offset: Int, _ secretOffset: Int) -> UInt64 {
    fold(input.word64(offset) ^ secret(secretOffset), input.word64(offset + 8) ^ secret(secretOffset + 8))
  }

  private static func finish(_ sum: Digest, _ count: Int) -> Digest {
    let high = sum.low &* prime64_1 &+ sum.high &* prime64_4 &+ UInt64(count) &* prime64_2
    return Digest(high: 0 &- avalanche(high), low: avalanche(sum.low &+ sum.high))
  }

  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  private static func avalanche(_ value: UInt64) -> UInt64 {
    let mixed = (value ^ value >> 37) &* 0x1656_6791_9E37_79F9
    return mixed ^ mixed >> 32
  }

  private static func mix33(_ value: UInt64) -> UInt64 {
    let first = (value ^ value >> 33) &* prime64_2
    let second = (first ^ first >> 29) &* prime64_3
    return second ^ second >> 32
  }

  private static let prime32_1: UInt32 = 0x9E37_79B1
  private static let prime32_2: UInt32 = 0x85EB_CA77
  private static let prime32_3: UInt32 = 0xC2B2_AE3D
  private static let prime64_1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime64_2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime64_3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime64_4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime64_5: UInt64 = 0x27D4_EB2F_1656_67C5

  private static func secret(_ offset: Int) -> UInt64 {
    UInt64(secret32(offset)) | UInt64(secret32(offset + 4)) << 32
  }

  private static func secret32(_ offset: Int) -> UInt32 {
    UInt32(secretBytes[offset]) | UInt32(secretBytes[offset + 1]) << 8 | UInt32(secretBytes[offset + 2]) << 16
      | UInt32(secretBytes[offset + 3]) << 24
  }

  /// The default secret. Source: kSecret of the specification.
  private static let secretBytes: [192 of UInt8] = [
    0xB8, 0xFE, 0x6C, 0x39, 0x23, 0xA4, 0x4B, 0xBE, 0x7C, 0x01, 0x81, 0x2C, 0xF7, 0x21, 0xAD, 0x1C,
    0xDE, 0xD4, 0x6D, 0xE9, 0x83, 0x90, 0x97, 0xDB, 0x72, 0x40, 0xA4, 0xA4, 0xB7, 0xB3, 0x67, 0x1F,
    0xCB, 0x79, 0xE6, 0x4E, 0xCC, 0xC0, 0xE5, 0x78, 0x82, 0x5A, 0xD0, 0x7D, 0xCC, 0xFF, 0x72, 0x21,
    0xB8, 0x08, 0x46, 0x74, 0xF7, 0x43, 0x24, 0x8E, 0xE0, 0x35, 0x90, 0xE6, 0x81, 0x3A, 0x26, 0x4C,
    0x3C, 0x28, 0x52, 0xBB, 0x91, 0xC3, 0x00, 0xCB, 0x88, 0xD0, 0x65, 0x8B, 0x1B, 0x53, 0x2E, 0xA3,
    0x71, 0x64, 0x48, 0x97, 0xA2, 0x0D, 0xF9, 0x4E, 0x38, 0x19, 0xEF, 0x46, 0xA9, 0xDE, 0xAC, 0xD8,
    0xA8, 0xFA, 0x76, 0x3F, 0xE3, 0x9C, 0x34, 0x3F, 0xF9, 0xDC, 0xBB, 0xC7, 0xC7, 0x0B, 0x4F, 0x1D,
    0x8A, 0x51, 0xE0, 0x4B, 0xCD, 0xB4, 0x59, 0x31, 0xC8, 0x9F, 0x7E, 0xC9, 0xD9, 0x78, 0x73, 0x64,
    0xEA, 0xC5, 0xAC, 0x83, 0x34, 0xD3, 0xEB, 0xC3, 0xC5, 0x81, 0xA0, 0xFF, 0xFA, 0x13, 0x63, 0xEB,
    0x17, 0x0D, 0xDD, 0x51, 0xB7, 0xF0, 0xDA, 0x49, 0xD3, 0x16, 0x55, 0x26, 0x29, 0xD4, 0x68, 0x9E,
    0x2B, 0x16, 0xBE, 0x58, 0x7D, 0x47, 0xA1, 0xFC, 0x8F, 0xF8, 0xB8, 0xD1, 0x7A, 0xD0, 0x31, 0xCE,
    0x45, 0xCB, 0x3A, 0x8F, 0x95, 0x16, 0x04, 0x28, 0xAF, 0xD7, 0xFB, 0xCA, 0xBB, 0x4B, 0x40, 0x7E,
  ]
}
