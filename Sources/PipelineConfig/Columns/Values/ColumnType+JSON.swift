internal import Glibc
internal import JSONText

extension ColumnType {
  /// Anything, as it was written. PostgreSQL's jsonb holds no NUL, and its numbers are of the type numeric.
  static func appendJSON(_ value: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes) throws(Misfit) {
    if unsafe parser.withRaw(value, { unsafe holdsEscapedNUL($0) }) {
      throw Misfit("holds \\u0000, which PostgreSQL's jsonb cannot")
    }
    if unsafe parser.withRaw(value, { unsafe holdsOutsizeNumber($0) }) {
      throw Misfit("holds a number that is too large or too fine for PostgreSQL's jsonb")
    }
    out.appendRaw(value, of: parser)
  }

  /// Whether JSON text holds `\u0000` with its backslash not itself escaped.
  private static func holdsEscapedNUL(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = text.baseAddress else { return false }
    var index = 0
    while index < text.count, let found = unsafe memchr(base + index, 0x5C, text.count - index) {
      index = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
      if index + 5 < text.count, unsafe text[index + 1] == UInt8(ascii: "u") {
        if unsafe text[(index + 2)...(index + 5)].allSatisfy({ $0 == 0x30 }) { return true }
      }
      index += 2
    }
    return false
  }

  /// Whether a number in JSON text has more digits, or a larger exponent, than a numeric column takes.
  ///
  /// Strings are jumped over from quote to quote, since they are most of any record.
  private static func holdsOutsizeNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var index = 0
    while index < text.count {
      switch unsafe text[index] {
      case 0x22: unsafe index = endOfString(in: text, after: index)
      case 0x2D, 0x30...0x39:
        let start = index
        while index < text.count, unsafe isNumberByte(text[index]) { index += 1 }
        let number = unsafe Span(_unsafeElements: UnsafeBufferPointer(rebasing: text[start..<index]))
        if !isNumeric(number) { return true }
      default: index += 1
      }
    }
    return false
  }

  /// The place behind the quote that ends a string.
  private static func endOfString(in text: UnsafeBufferPointer<UInt8>, after quote: Int) -> Int {
    guard let base = text.baseAddress else { return text.count }
    var index = quote + 1
    while index < text.count, let found = unsafe memchr(base + index, 0x22, text.count - index) {
      let end = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
      var slash = end
      while slash > quote + 1, unsafe text[slash - 1] == 0x5C { slash -= 1 }
      if (end - slash).isMultiple(of: 2) { return end + 1 }
      index = end + 1
    }
    return text.count
  }

  private static func isNumberByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }
}
