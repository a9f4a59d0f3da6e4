internal import Crypto
internal import FoundationEssentials
internal import JSONText
internal import PipelineConfig

/// The digests by name, in hexadecimal digits.
enum RecordDigest {
  static func append(_ algorithm: HashAlgorithm, of bytes: Span<UInt8>, to out: inout OutputBytes) {
    switch algorithm {
    case .md5:
      append(unsafe bytes.withUnsafeBytes { unsafe Insecure.MD5.hash(data: $0) }, to: &out)
    case .sha256:
      append(unsafe bytes.withUnsafeBytes { unsafe SHA256.hash(data: $0) }, to: &out)
    case .xxh3:
      let digest = XXH3.hash(bytes)
      for word in [digest.high, digest.low] {
        for shift in stride(from: 56, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: word >> shift), to: &out) }
      }
    }
  }

  private static let hexDigits: [16 of UInt8] = [
    0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66,
  ]

  /// All digits at once, from the digest's own bytes: its iterator makes an array first. Digit by digit this was three in a
  /// hundred of hash's time.
  private static func append(_ digest: some Digest, to out: inout OutputBytes) {
    var digits = [64 of UInt8](repeating: 0)
    var count = 0
    unsafe digest.withUnsafeBytes { bytes in
      for index in bytes.indices {
        let byte = unsafe bytes[index]
        digits[count] = hexDigits[Int(byte >> 4)]
        digits[count + 1] = hexDigits[Int(byte & 15)]
        count += 2
      }
    }
    out.append(digits.span.extracting(0..<count))
  }

  private static func append(_ byte: UInt8, to out: inout OutputBytes) {
    out.append(hexDigits[Int(byte >> 4)])
    out.append(hexDigits[Int(byte & 15)])
  }
}
