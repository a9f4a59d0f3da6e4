internal import HTTPTypes

/// How a `Link` header is written. All three mean the same. Source: RFC 8288 §3.
enum LinkForm: String, CaseIterable, Sendable {
  /// `<…>; rel="next"`, beside `rel="first"`.
  case plain
  /// Several links in one field, a relation among others, in capitals, and quoted parameters that look like links.
  case rich
  /// Each link in a field of its own; the relation without quotes.
  case separate

  /// The header's fields.
  ///
  /// - Parameters:
  ///   - next: The next page, nil on the last.
  ///   - first: The first page.
  /// - Returns: At least the link to the first page, so that a client cannot take any link for the next.
  func fields(next: String?, first: String) -> HTTPFields {
    guard let name = HTTPField.Name("Link") else { return [:] }
    var fields = HTTPFields()
    switch self {
    case .plain:
      let links = [next.map { "<\($0)>; rel=\"next\"" }, "<\(first)>; rel=\"first\""].compactMap { $0 }
      fields.append(HTTPField(name: name, value: links.joined(separator: ", ")))
    case .rich:
      let trap = "title=\"more, \\\"<x>; rel=next\\\"; and so on\""
      var links = ["<\(first)>; \(trap); rel=\"first\""]
      if let next { links.append("<\(next)> ;\(trap) ; Rel=\"last-seen NEXT\"; type=\"application/json\"") }
      links.append("<https://example.invalid/terms>;rel=license")
      fields.append(HTTPField(name: name, value: links.joined(separator: ",")))
    case .separate:
      fields.append(HTTPField(name: name, value: "<\(first)>; rel=first"))
      if let next { fields.append(HTTPField(name: name, value: "<\(next)>; rel=next")) }
    }
    return fields
  }
}
