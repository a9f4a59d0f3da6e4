/// The part of a URL behind `?`, in fields.
struct QueryString: Equatable, Sendable {
  struct Field: Equatable, Sendable {
    var name: String
    var value: String
    /// As it came, still encoded: what a link to the next page repeats.
    var raw: Substring
  }

  let fields: [Field]

  /// - Throws: ``Refusal``, status 400: an escape that is none, or text that is not UTF-8.
  init(_ text: String) throws(Refusal) {
    var fields: [Field] = []
    for part in text.split(separator: "&") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decoded(sides[0]), let value = Self.decoded(sides.count == 2 ? sides[1] : "") else {
        throw .badRequest("the query of the URL is not well encoded: \(part)")
      }
      fields.append(Field(name: name, value: value, raw: part))
    }
    self.fields = fields
  }

  /// The value of a field; of several with one name the first.
  subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

  /// `%41` is a byte and `+` a space, as browsers and vendors have it: an offset's plus sign must come as `%2B`.
  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Substring(text).utf8
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        let digits = rest.prefix(2)
        guard digits.count == 2, digits.first != UInt8(ascii: "+"),
          let value = UInt8(String(Substring(digits)), radix: 16)
        else { return nil }
        bytes.append(value)
        rest = rest.dropFirst(2)
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
