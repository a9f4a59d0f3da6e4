internal import Crypto
internal import FoundationEssentials
internal import JSONText
internal import PipelineConfig

/// The digests by name, of one message at a time, in hexadecimal digits.
enum RecordDigest {
  static func append(_ algorithm: HashAlgorithm, of bytes: Span<UInt8>, to out: inout OutputBytes) {
    switch algorithm {
    case .md5:
      append(unsafe bytes.withUnsafeBytes { unsafe Insecure.MD5.hash(data: $0) }, to: &out)
    case .sha256:
      append(unsafe bytes.withUnsafeBytes { unsafe SHA256.hash(data: $0) }, to: &out)
    case .xxh3:
      let digest = XXH3.hash(bytes)
      var big = [16 of UInt8](repeating: 0)
      for index in 0..<8 {
        big[index] = UInt8(truncatingIfNeeded: digest.high >> UInt64(56 - 8 * index))
        big[index + 8] = UInt8(truncatingIfNeeded: digest.low >> UInt64(56 - 8 * index))
      }
      HexDigits.append(big.span, to: &out)
    }
  }

  /// From the digest's own bytes: its iterator makes an array first.
  private static func append(_ digest: some Digest, to out: inout OutputBytes) {
    unsafe digest.withUnsafeBytes { bytes in
      HexDigits.append(unsafe Span(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self)), to: &out)
    }
  }
}
