internal import JSONText

/// Bytes as hexadecimal digits, in lower case.
enum HexDigits {
  private static let digits: [16 of UInt8] = [
    0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66,
  ]

  /// The longest digest is SHA-256's.
  static let bytesMax = 32

  /// Appends at most ``bytesMax`` bytes, all digits at once: digit by digit this was three in a hundred of hash's time.
  static func append(_ bytes: Span<UInt8>, to out: inout OutputBytes) {
    precondition(bytes.count <= bytesMax, "no digest is as long")
    var text = [64 of UInt8](repeating: 0)
    for index in bytes.indices {
      text[2 * index] = digits[Int(bytes[index] >> 4)]
      text[2 * index + 1] = digits[Int(bytes[index] & 15)]
    }
    out.append(text.span.extracting(0..<(2 * bytes.count)))
  }
}
