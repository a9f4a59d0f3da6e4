internal import Glibc
internal import JSONText

extension ColumnType {
  /// Bytes in base64 or hexadecimal digits, handed on as PostgreSQL's own writing: `\x6869`.
  static func appendBytes(
    _ value: JSONNode,
    as format: ColumnFormat,
    of parser: borrowing JSONParser,
    to out: inout OutputBytes
  ) throws(Misfit) {
    let start = out.count
    out.append("\"\\\\x")
    let isRight = unsafe parser.withText(value) { text in
      let text = unsafe Span(_unsafeElements: text)
      return format == .hex ? appendHex(text, to: &out) : appendBase64(text, isURL: format == .base64URL, to: &out)
    }
    guard isRight, parser.kind(value).isString else {
      out.truncate(to: start)
      throw Misfit(value, of: parser, isNo: format == .hex ? "row of hexadecimal digits" : "\(format.rawValue) text")
    }
    out.append(0x22)
  }

  private static func appendHex(_ text: Span<UInt8>, to out: inout OutputBytes) -> Bool {
    var first = 0
    if text.count >= 2, text[0] == 0x5C || text[0] == 0x30, text[1] | 0x20 == UInt8(ascii: "x") { first = 2 }
    guard (text.count - first).isMultiple(of: 2) else { return false }
    for index in first..<text.count {
      switch text[index] {
      case 0x30...0x39, UInt8(ascii: "a")...UInt8(ascii: "f"): out.append(text[index])
      case UInt8(ascii: "A")...UInt8(ascii: "F"): out.append(text[index] | 0x20)
      default: return false
      }
    }
    return true
  }

  /// Strict, since a wrong picture is worse than none: no white space, no bits left over that are not nought, padding where
  /// RFC 4648 wants it.
  private static func appendBase64(_ text: Span<UInt8>, isURL: Bool, to out: inout OutputBytes) -> Bool {
    var count = text.count
    while count > 0, text.count - count < 2, text[count - 1] == UInt8(ascii: "=") { count -= 1 }
    let hasPadding = count < text.count
    guard count % 4 != 1, hasPadding || !isURL ? text.count.isMultiple(of: 4) : true else { return false }
    var (bits, bitCount) = (UInt32(0), 0)
    for index in 0..<count {
      guard let six = sixBits(text[index], isURL: isURL) else { return false }
      bits = bits << 6 | six
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        appendHexByte(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)), to: &out)
      }
    }
    return bits & (1 << UInt32(bitCount) - 1) == 0
  }

  private static func sixBits(_ byte: UInt8, isURL: Bool) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
    case 0x30...0x39: UInt32(byte - 0x30) + 52
    case isURL ? UInt8(ascii: "-") : UInt8(ascii: "+"): 62
    case isURL ? UInt8(ascii: "_") : UInt8(ascii: "/"): 63
    default: nil
    }
  }

  private static func appendHexByte(_ byte: UInt8, to out: inout OutputBytes) {
    let (high, low) = (byte >> 4, byte & 15)
    out.append(high < 10 ? 0x30 + high : 0x57 + high)
    out.append(low < 10 ? 0x30 + low : 0x57 + low)
  }

  /// An address of IPv4 or IPv6, also with the length of its network: `10.0.0.1/24`.
  static func appendInet(_ value: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes) throws(Misfit) {
    let text = parser.kind(value).isString ? parser.string(value) : ""
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let bits = parts.first.map { isAddress(String($0), AF_INET) ? 32 : isAddress(String($0), AF_INET6) ? 128 : 0 } ?? 0
    let length = parts.count == 2 ? parts[1] : "0"
    guard bits > 0, (1...3).contains(length.utf8.count), length.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      length == "0" || !length.hasPrefix("0"), let number = Int(length), number <= bits
    else { throw Misfit(value, of: parser, isNo: "inet") }
    append(plain: text, to: &out)
  }

  /// Longest text of an address with its NUL. Source: INET6_ADDRSTRLEN of netinet/in.h.
  private static let addressCountMax = 46

  private static func isAddress(_ text: String, _ family: Int32) -> Bool {
    guard text.utf8.count < addressCountMax, !text.utf8.contains(0) else { return false }
    var address = in6_addr()
    return unsafe inet_pton(family, text, &address) == 1
  }
}
