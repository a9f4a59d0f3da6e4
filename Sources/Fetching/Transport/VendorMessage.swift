internal import JSONText

/// What a vendor says in an answer that is none, as one line that may be printed.
struct VendorMessage: Sendable {
  /// Vendors repeat what they were sent: "unknown token abc".
  let secrets: KnownSecrets

  /// Longest text that is passed on, in characters: enough for a sentence, too little for a record.
  private static let countMax = 200

  /// The message in a body; nil when it has none.
  func text(of body: [UInt8]) -> String? {
    guard let value = try? JSONValue(parsing: body) else {
      return printable(Self.page(secrets.hidden(inBeginningOf: body, countMax: 4096)))
    }
    return text(of: value)
  }

  /// The message of OData's error object, of RFC 9457's, and of what is common beside them.
  func text(of value: JSONValue) -> String? { Self.find(in: value).flatMap { printable($0) } }

  /// Secrets go before the text is cut: half a token is a secret, too.
  private func printable(_ text: String) -> String? {
    let line = secrets.hidden(in: text).oneLine(maxCount: Self.countMax)
    return line.isEmpty ? nil : line
  }

  private static func find(in value: JSONValue) -> String? {
    switch value {
    case .string(let text): return text
    case .array(let elements): return elements.first.flatMap { find(in: $0) }
    case .object:
      for name in ["error", "errors", "message", "detail", "error_description", "title", "description"] {
        guard let found = value[name].flatMap({ find(in: $0) }), !found.isEmpty else { continue }
        guard let code = value["code"]?.text, !code.isEmpty, !found.contains(code) else { return found }
        return "\(code): \(found)"
      }
      // OData 2 and 3: {"message": {"lang": "en", "value": "…"}}
      return value["value"]?.text ?? value["code"]?.text
    case .null, .bool, .number: return nil
    }
  }

  /// A page's title, or the beginning of a plain text.
  private static func page(_ text: String) -> String {
    guard text.trimmed.hasPrefix("<") else { return text }
    guard let title = text.firstMatch(of: #/(?is)<title>(.*?)</title>/#)?.output.1 else { return "an HTML page" }
    return "an HTML page, \"\(String(title).trimmed)\""
  }
}

extension String {
  /// The text with control characters and runs of white space as one space each, cut to a length.
  func oneLine(maxCount: Int) -> String {
    var line = ""
    var count = 0
    for character in unicodeScalars {
      guard count < maxCount else { return line.trimmed + "…" }
      let isSpace = character.properties.isWhitespace || character.value < 0x20 || character.value == 0x7F
      if isSpace && (line.isEmpty || line.last == " ") { continue }
      line.unicodeScalars.append(isSpace ? " " : character)
      count += 1
    }
    return line.trimmed
  }
}
