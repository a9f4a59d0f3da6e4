/// Where the links of an OData answer lead, faults included.
struct ODataLinks: Sendable {
  /// `http://host:port/odata`, as the client reached it.
  let root: String
  let set: String
  /// The fields of the request's URL, to be repeated in the link.
  let query: QueryString
  let twist: PageTwist?
  /// Links state what follows the root, and not the root.
  let isRelative: Bool

  /// The link to the page that a token stands for; nil for none.
  func next(_ token: SkipToken?) -> String? {
    // A page that shows nothing has the token of the page before: the mark keeps their addresses apart.
    let mark = twist.map { "page=\($0.salt)&" } ?? ""
    let address = token.map { "\(set)?\(repeated)\(mark)$skiptoken=\($0.text)" }
    switch twist?.link {
    case nil, .always?: return isRelative ? address : address.map { "\(root)/\($0)" }
    case .missing?: return nil
    case .own?: return "\(root)/\(set)?\(query.fields.map { String($0.raw) }.joined(separator: "&"))"
    case .first?: return "\(root)/\(set)?\(repeated)"
    case .relative?: return address
    case .origin(let origin)?:
      let (authority, path) = parts
      return address.map { "\(origin.text(own: authority))\(path)/\($0)" }
    }
  }

  /// The query again, without what only the first page wants.
  private var repeated: String {
    let left = ["$skip", "$skiptoken", "page"]
    return query.fields.filter { !left.contains($0.name) }.map { "\($0.raw)&" }.joined()
  }

  /// `host:port` and `/odata`.
  private var parts: (authority: String, path: String) {
    let rest = root.dropFirst("http://".count)
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    return (String(rest[..<slash]), String(rest[slash...]))
  }
}
