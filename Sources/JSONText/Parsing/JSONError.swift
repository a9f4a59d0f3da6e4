internal import CSimdJSON

/// A text is not JSON, or not JSON that can be kept.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong, in a few words.
  public var message: String
  /// Where, in bytes from the text's beginning; nil when the fault has no one place.
  public var offset: Int?
  /// The text is JSON by its grammar but holds Unicode that has no UTF-8: a lone surrogate.
  public var isBadUnicode = false
  /// The text is JSON as far as was looked, and holds more names and values than a record may.
  public var hasTooMany = false

  public init(_ message: String, at offset: Int? = nil) {
    self.message = message
    self.offset = offset
  }

  public var description: String { offset.map { "\(message) at byte \($0)" } ?? message }

  init(_ code: weir_json_error, at offset: Int) {
    switch code {
    case WEIR_JSON_EMPTY: self.init("nothing but white space")
    case WEIR_JSON_UTF8: self.init("not UTF-8")
    case WEIR_JSON_UNCLOSED_STRING: self.init("a string is not closed")
    case WEIR_JSON_CONTROL_CHARACTER: self.init("a control character stands unescaped in a string")
    case WEIR_JSON_MEMORY: self.init("no memory for a text of this size")
    case WEIR_JSON_TOO_LARGE: self.init("larger than 2 GiB")
    case WEIR_JSON_DEPTH: self.init("nested deeper than 1,024", at: offset)
    case WEIR_JSON_NUMBER_FORM: self.init("not a number", at: offset)
    case WEIR_JSON_ESCAPE: self.init("an escape in a string that JSON does not know", at: offset)
    case WEIR_JSON_SURROGATE: self.init("half a surrogate pair in a string", at: offset)
    case WEIR_JSON_TRAILING: self.init("something follows the value", at: offset)
    case WEIR_JSON_CUT_OFF: self.init("ends in the middle", at: offset)
    case WEIR_JSON_TOO_MANY: self.init("more than 4,000,000 names, values and marks between them")
    default: self.init("not JSON", at: offset)
    }
    hasTooMany = code == WEIR_JSON_TOO_MANY
    isBadUnicode = code == WEIR_JSON_SURROGATE || code == WEIR_JSON_UTF8
  }
}
