internal import JSONText

extension ColumnType {
  /// An array of texts, handed on as PostgreSQL's own writing: `{"red","a \"b\"",NULL}`. `splitting` takes one text with
  /// commas as well.
  static func appendTextArray(
    _ value: JSONNode,
    of parser: borrowing JSONParser,
    splitting: Bool,
    to out: inout OutputBytes
  ) throws(Misfit) {
    var elements: [String?]
    if splitting, parser.kind(value).isString {
      elements = TextArray.split(parser.string(value))
    } else {
      guard parser.kind(value) == .array else { throw Misfit(value, of: parser, isNo: "array of texts") }
      try TextArray.check(value, of: parser)
      elements = TextArray.elements(of: value, in: parser)
    }
    if elements.contains(where: { $0?.utf8.contains(0) == true }) {
      throw Misfit("holds a NUL, which PostgreSQL's text cannot")
    }
    out.appendQuoted(Array(TextArray.literal(elements).utf8).span)
  }
}

/// Arrays of texts.
enum TextArray {
  static func split(_ text: String) -> [String?] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: true).map { $0.trimming { $0 == " " } }
    return parts.filter { !$0.isEmpty }
  }

  /// Every element as text, a null as nil; also of the text with commas.
  static func elements(of value: JSONNode, in parser: borrowing JSONParser) -> [String?] {
    guard parser.kind(value) == .array else { return split(parser.string(value)) }
    var elements: [String?] = []
    var at = parser.firstChild(value)
    while let element = at {
      elements.append(parser.isNull(element) ? nil : parser.string(element))
      at = parser.next(after: element, in: value)
    }
    return elements
  }

  /// An element that is itself an array or an object is no text; nor can an array be taken that was not looked into.
  static func check(_ value: JSONNode, of parser: borrowing JSONParser) throws(Misfit) {
    var at = parser.firstChild(value)
    while let element = at {
      switch parser.kind(element) {
      case .array, .object: throw Misfit(value, of: parser, isNo: "array of texts; map it to jsonb")
      case .null, .true, .false, .number, .string, .escapedString: break
      }
      at = parser.next(after: element, in: value)
    }
  }

  /// Source: PostgreSQL documentation, "Array Input and Output Syntax".
  static func literal(_ elements: [String?]) -> String {
    let written = elements.map { element in
      guard let element else { return "NULL" }
      return "\"" + element.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
    return "{\(written.joined(separator: ","))}"
  }
}
