internal import Glibc
internal import JSONText

extension ColumnType {
  /// Strings as they are, numbers and truth values as they were written. PostgreSQL's text holds no NUL.
  static func appendText(_ value: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes) throws(Misfit) {
    switch parser.kind(value) {
    case .string:
      out.appendRaw(value, of: parser)
    case .escapedString:
      if unsafe parser.withText(value, { unsafe holdsNUL($0) }) {
        throw Misfit("holds a NUL, which PostgreSQL's text cannot")
      }
      out.appendRaw(value, of: parser)
    case .number, .true, .false:
      out.append(0x22)
      out.appendRaw(value, of: parser)
      out.append(0x22)
    case .array, .object, .null:
      throw Misfit("an object or array is no text; map it to jsonb")
    }
  }

  private static func holdsNUL(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = text.baseAddress else { return false }
    return unsafe memchr(base, 0, text.count) != nil
  }

  /// true and false, also as strings, and 0 and 1.
  static func appendBoolean(_ value: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes)
    throws(Misfit)
  {
    switch parser.kind(value) {
    case .true: out.append("true")
    case .false: out.append("false")
    default:
      switch parser.string(value).lowercased() {
      case "true", "1": out.append("true")
      case "false", "0": out.append("false")
      default: throw Misfit(value, of: parser, isNo: "boolean")
      }
    }
  }

  /// 32 hexadecimal digits in groups of 8-4-4-4-12, written in lower case.
  static func appendUUID(_ value: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes) throws(Misfit) {
    let text = parser.string(value).lowercased()
    let groups = text.split(separator: "-", omittingEmptySubsequences: false)
    let areDigits = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || $0 == 0x2D }
    guard parser.kind(value).isString, groups.map(\.utf8.count) == [8, 4, 4, 4, 12], areDigits else {
      throw Misfit(value, of: parser, isNo: "uuid")
    }
    out.append(0x22)
    out.append(text)
    out.append(0x22)
  }
  /// Y and N as well, and yes and no, in any case.
  static func appendYesNo(_ value: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes)
    throws(Misfit)
  {
    guard parser.kind(value).isString, parser.rawRange(value).count <= 5 else {
      return try appendBoolean(value, of: parser, to: &out)
    }
    switch parser.string(value).lowercased() {
    case "y", "yes": out.append("true")
    case "n", "no": out.append("false")
    default: try appendBoolean(value, of: parser, to: &out)
    }
  }
}
