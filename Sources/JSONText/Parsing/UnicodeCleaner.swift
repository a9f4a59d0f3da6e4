/// Makes JSON text holdable: what UTF-8 or PostgreSQL has no place for becomes U+FFFD, the replacement character.
public enum UnicodeCleaner {
  /// The text with every byte that is no UTF-8, every escape of half a surrogate pair and every escaped NUL replaced, in
  /// names of members too; nil when there is nothing to replace. Nothing else of the writing changes.
  public static func clean(_ text: Span<UInt8>) -> [UInt8]? {
    let written = unsafe text.withUnsafeBufferPointer { unsafe Array($0) }
    let decoded = Array(String(decoding: written, as: UTF8.self).utf8)
    var out: [UInt8] = []
    out.reserveCapacity(decoded.count)
    var at = 0
    while at < decoded.count {
      guard decoded[at] == 0x5C, at + 1 < decoded.count else {
        out.append(decoded[at])
        at += 1
        continue
      }
      let length = escapeLength(decoded, at)
      if length == 0 {
        out += [0xEF, 0xBF, 0xBD]
        at += 6
      } else {
        out += decoded[at..<(at + length)]
        at += length
      }
    }
    return out == written ? nil : out
  }

  /// Whether the text holds an escaped NUL, perhaps behind an escaped backslash: a quick look for whether to clean.
  public static func mayHoldNUL(_ text: Span<UInt8>) -> Bool {
    var index = 0
    while index + 5 < text.count {
      if text[index] == 0x5C {
        if text[index + 1] == UInt8(ascii: "u"), text[index + 2] == 0x30, text[index + 3] == 0x30,
          text[index + 4] == 0x30,
          text[index + 5] == 0x30
        {
          return true
        }
        index += 2
      } else {
        index += 1
      }
    }
    return false
  }

  /// How many bytes the escape at a place has; 0 for one of six that is to be replaced.
  private static func escapeLength(_ text: [UInt8], _ at: Int) -> Int {
    guard let unit = unit(text, at) else { return 2 }
    switch unit {
    case 0, 0xDC00...0xDFFF: return 0
    case 0xD800...0xDBFF:
      guard let low = Self.unit(text, at + 6), (0xDC00...0xDFFF).contains(low) else { return 0 }
      return 12
    default: return 6
    }
  }

  /// The unit that `\uHHHH` (four hexadecimal digits) at a place stands for; nil when there is no such escape.
  private static func unit(_ text: [UInt8], _ at: Int) -> Int? {
    guard at + 6 <= text.count, text[at] == 0x5C, text[at + 1] == UInt8(ascii: "u") else { return nil }
    let digits = String(decoding: text[(at + 2)..<(at + 6)], as: UTF8.self)
    return digits.allSatisfy(\.isHexDigit) ? Int(digits, radix: 16) : nil
  }
}
