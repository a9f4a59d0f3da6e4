/// The digests a feed may choose; the raw value is the spelling in the file.
public enum HashAlgorithm: String, CaseIterable, Sendable {
  /// 128 bits that anyone can check with `md5sum`; no shield against records made to collide.
  case md5
  /// 256 bits that nobody can make collide.
  case sha256
  /// XXH3 with 128 bits: the fastest, and no shield either.
  case xxh3 = "xxh3_128"

  /// Hexadecimal digits of a digest.
  public var digitCount: Int { self == .sha256 ? 64 : 32 }
}

/// How numbers stand in the canonical form; the raw value is the spelling in the file.
public enum HashNumbers: String, CaseIterable, Sendable {
  /// Their exact decimal value: two different prices never hash alike.
  case exact
  /// The double that they read as, as RFC 8785 has it: for digests that another program makes by that standard. Decimals
  /// that read as the same double hash alike.
  case rfc8785
}
