extension OutputBytes {
  private static let hexDigits: [UInt8] = Array("0123456789abcdef".utf8)

  /// Appends text as a JSON string in the form of RFC 8785 §3.2.2.2: the two-letter escapes where there are some,
  /// `\u00xx` for the other control characters, everything else as it is.
  public mutating func appendQuoted(_ text: Span<UInt8>) {
    append(0x22)
    var plainStart = 0
    for index in text.indices {
      let byte = text[index]
      if byte >= 0x20 && byte != 0x22 && byte != 0x5C { continue }
      append(text.extracting(plainStart..<index))
      plainStart = index + 1
      append(0x5C)
      switch byte {
      case 0x08: append(UInt8(ascii: "b"))
      case 0x09: append(UInt8(ascii: "t"))
      case 0x0A: append(UInt8(ascii: "n"))
      case 0x0C: append(UInt8(ascii: "f"))
      case 0x0D: append(UInt8(ascii: "r"))
      case 0x22, 0x5C: append(byte)
      default:
        append("u00")
        append(Self.hexDigits[Int(byte >> 4)])
        append(Self.hexDigits[Int(byte & 15)])
      }
    }
    append(text.extracting(plainStart..<text.count))
    append(0x22)
  }
}
