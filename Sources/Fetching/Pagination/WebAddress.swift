/// An http or https URL, taken apart by one strict rule.
///
/// Whoever decides where a credential may go and whoever connects must read an address alike. So it is read here, and
/// what is handed on is written anew from the parts: host and port hold nothing that two readers could take
/// differently.
///
/// Source: RFC 3986.
struct WebAddress: Hashable, Sendable {
  let origin: Origin
  /// Path, with a slash in front.
  let path: String
  /// What follows the question mark; nil when there is none.
  let query: String?

  init(origin: Origin, path: String, query: String?) {
    self.origin = origin
    self.path = path
    self.query = query
  }

  /// Reads an address with its scheme.
  ///
  /// - Throws: ``WebAddressProblem``.
  init(_ text: String) throws(WebAddressProblem) {
    let bytes = Array(text.utf8)[...]
    guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { throw .controlCharacter }
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { throw .noScheme }
    let rest = bytes[(colon + 1)...]
    let scheme = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
    guard scheme == "http" || scheme == "https" else { throw .otherScheme(scheme) }
    guard rest.starts(with: "//".utf8) else { throw .noHost }
    let authority = rest.dropFirst(2).prefix { !Self.endsAuthority($0) }
    origin = try Origin(scheme: scheme, authority: authority)
    (path, query) = Self.target(rest[authority.endIndex...])
  }

  /// The address as one text.
  var text: String { origin.text + path + (query.map { "?\($0)" } ?? "") }

  /// What stands behind the host.
  var pathAndQuery: String { path + (query.map { "?\($0)" } ?? "") }

  /// The address as it may be printed: what a query holds can be a credential or a person's data.
  var shown: String { origin.text + path }

  /// Reads a link as the vendor wrote it, complete or relative to this address.
  ///
  /// - Throws: ``WebAddressProblem``.
  func resolving(_ reference: String) throws(WebAddressProblem) -> WebAddress {
    let bytes = Array(reference.utf8)[...]
    guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { throw .controlCharacter }
    if let colon = bytes.firstIndex(of: UInt8(ascii: ":")), Self.isScheme(bytes[..<colon]) {
      return try WebAddress(reference)
    }
    if bytes.starts(with: "//".utf8) { return try WebAddress("\(origin.scheme):\(reference)") }
    let (path, query) = Self.target(bytes)
    switch bytes.first {
    case nil, UInt8(ascii: "#"): return self
    case UInt8(ascii: "?"): return WebAddress(origin: origin, path: self.path, query: query)
    case UInt8(ascii: "/"): return WebAddress(origin: origin, path: Self.withoutDots(path), query: query)
    default:
      // `target` puts a slash in front, which is the one that ends the folder.
      let folder = self.path.prefix(upTo: self.path.lastIndex(of: "/") ?? self.path.startIndex)
      return WebAddress(origin: origin, path: Self.withoutDots(folder + path), query: query)
    }
  }
}

/// Why a text is no address that may be asked.
enum WebAddressProblem: Error, Equatable, CustomStringConvertible {
  case controlCharacter
  case noScheme
  case otherScheme(String)
  case noHost
  case userInfo
  case badHost
  case badPort

  var description: String {
    switch self {
    case .controlCharacter: "it holds a control character"
    case .noScheme: "it names no scheme"
    case .otherScheme: "its scheme is neither http nor https"
    case .noHost: "it names no host"
    case .userInfo: "it holds a user name"
    case .badHost: "its host is not a name or number that is written plainly"
    case .badPort: "its port is not a number of 1 to 65535"
    }
  }
}

extension WebAddress {
  private static func endsAuthority(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
  }

  private static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first, first.isLetter else { return false }
    return bytes.allSatisfy { $0.isLetter || $0.isDigit || "+-.".utf8.contains($0) }
  }

  /// Path and query of what follows the host; the fragment is for browsers.
  private static func target(_ bytes: ArraySlice<UInt8>) -> (path: String, query: String?) {
    let whole = bytes.prefix { $0 != UInt8(ascii: "#") }
    let path = whole.prefix { $0 != UInt8(ascii: "?") }
    let query = whole[path.endIndex...].dropFirst()
    let written = PercentEncoding.repaired(path)
    return (
      written.hasPrefix("/") ? written : "/" + written,
      path.endIndex < whole.endIndex ? PercentEncoding.repaired(query) : nil
    )
  }

  /// RFC 3986 §5.2.4.
  private static func withoutDots(_ path: some StringProtocol) -> String {
    var kept: [Substring] = []
    let parts = Substring(path).split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      switch part {
      case ".": if isLast { kept.append("") }
      case "..":
        _ = kept.popLast()
        if isLast { kept.append("") }
      default: kept.append(part)
      }
    }
    return "/" + kept.joined(separator: "/")
  }
}

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
  var isHexDigit: Bool { isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20) }
}
