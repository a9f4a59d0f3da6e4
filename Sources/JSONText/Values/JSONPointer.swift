/// A place in a JSON document: `/Address/City`; the empty text is the whole. Source: RFC 6901.
public struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
  public let description: String
  /// The names on the way, unescaped.
  public let tokens: [String]
  let names: [JSONName]

  /// The whole document.
  public static let root = JSONPointer(tokens: [], description: "")

  /// - Throws: ``JSONError`` when the text neither is empty nor begins with `/`, or a `~` is not followed by 0 or 1.
  public init(_ text: String) throws(JSONError) {
    guard text.isEmpty || text.hasPrefix("/") else {
      throw JSONError("a JSON pointer is empty or begins with \"/\"; \(text.debugDescription) does not")
    }
    var tokens: [String] = []
    for part in text.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      var token = ""
      var isEscape = false
      for character in part.unicodeScalars {
        switch (isEscape, character) {
        case (true, "0"): token.append("~")
        case (true, "1"): token.append("/")
        case (true, _):
          throw JSONError("\"~\" in a JSON pointer is followed by 0 or 1; in \(text.debugDescription) it is not")
        case (false, "~"):
          isEscape = true
          continue
        case (false, _): token.unicodeScalars.append(character)
        }
        isEscape = false
      }
      guard !isEscape else { throw JSONError("\"~\" ends the JSON pointer \(text.debugDescription)") }
      tokens.append(token)
    }
    self.init(tokens: tokens, description: text)
  }

  /// The pointer to one member of the document, whatever its name holds.
  public init(member name: String) {
    var escaped = ""
    for character in name.unicodeScalars {
      switch character {
      case "~": escaped += "~0"
      case "/": escaped += "~1"
      default: escaped.unicodeScalars.append(character)
      }
    }
    self.init(tokens: [name], description: "/" + escaped)
  }

  private init(tokens: [String], description: String) {
    self.tokens = tokens
    self.description = description
    names = tokens.map(JSONName.init)
  }
}
