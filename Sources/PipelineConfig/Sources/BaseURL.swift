extension ConfigValue {
  /// The address that feeds' paths are put behind, without a slash at its end.
  func baseURL() -> String? {
    guard let text = nonEmptyText() else { return nil }
    if let complaint = BaseURL.complaint(about: text.value) {
      problem(complaint)
      return nil
    }
    var url = text.value
    while url.hasSuffix("/") { url.removeLast() }
    return url
  }
}

/// What may stand in `base_url`: `http` or `https`, a host, a port if need be, a path.
///
/// Credentials have a setting of their own: in an address they end up in logs, and in a query they would be sent with
/// every link that keeps it. So neither is taken here.
enum BaseURL {
  /// What is wrong, without the value: an address that is refused may well hold a password.
  static func complaint(about url: String) -> String? {
    guard let scheme = ["https://", "http://"].first(where: { url.lowercased().hasPrefix($0) }) else {
      return "begins with neither https:// nor http://"
    }
    guard URLText.isPlain(url) else { return "holds a character that an address cannot; write it percent-encoded" }
    let rest = url.dropFirst(scheme.count)
    let authority = rest.prefix { !"/?#".contains($0) }
    if authority.contains("@") { return "holds a user or password; put the credential under \"auth\"" }
    if rest.contains("?") { return "holds a query; put fixed parameters under the feed's \"query\"" }
    if rest.contains("#") { return "holds a fragment, which is never sent" }
    let (host, port) = split(authority)
    guard isHost(host) else { return "has no host after \(scheme)" }
    if let port, !(Int(port).map { (1...65_535).contains($0) } ?? false) { return "has a port outside 1...65535" }
    return nil
  }

  /// The host, an IPv6 address with its brackets, and what follows the colon.
  private static func split(_ authority: Substring) -> (host: Substring, port: Substring?) {
    let hostEnd = authority.first == "[" ? authority.lastIndex(of: "]") : authority.startIndex
    guard let hostEnd, let colon = authority[hostEnd...].firstIndex(of: ":") else { return (authority, nil) }
    return (authority[..<colon], authority[authority.index(after: colon)...])
  }

  private static func isHost(_ host: Substring) -> Bool {
    if host.first == "[" { return host.last == "]" && host.count > 2 }
    return !host.isEmpty && host.allSatisfy { $0.isLetter || $0.isNumber || "-._~".contains($0) }
  }
}

/// Characters that stand for themselves in an address. Source: RFC 3986, section 2.
enum URLText {
  static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !#"<>"{}|\^`"#.utf8.contains($0) }
  }
}
