/// Scheme, host and port: what a credential belongs to.
struct Origin: Hashable, Sendable {
  /// `http` or `https`.
  let scheme: String
  /// In lower case; an IPv6 address in its brackets.
  let host: String
  let port: Int

  /// Reads what stands between the slashes.
  ///
  /// - Throws: ``WebAddressProblem``.
  init(scheme: String, authority: ArraySlice<UInt8>) throws(WebAddressProblem) {
    guard !authority.contains(UInt8(ascii: "@")) else { throw .userInfo }
    guard let first = authority.first else { throw .noHost }
    let host: ArraySlice<UInt8>
    if first == UInt8(ascii: "[") {
      guard let end = authority.firstIndex(of: UInt8(ascii: "]")) else { throw .badHost }
      host = authority[...end]
      let isPlain = host.dropFirst().dropLast().allSatisfy {
        $0.isHexDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
      }
      guard isPlain, host.count > 2 else { throw .badHost }
    } else {
      host = authority.prefix { $0 != UInt8(ascii: ":") }
      guard !host.isEmpty else { throw .noHost }
      guard host.allSatisfy({ $0.isLetter || $0.isDigit || "-._".utf8.contains($0) }) else { throw .badHost }
    }
    self.scheme = scheme
    self.host = String(decoding: host, as: UTF8.self).lowercased()
    port = try Self.port(authority[host.endIndex...]) ?? Self.defaultPort(scheme)
  }

  /// `https://api.example.com`; the port when it is not the scheme's own.
  var text: String { "\(scheme)://\(host)" + (port == Self.defaultPort(scheme) ? "" : ":\(port)") }

  private static func defaultPort(_ scheme: String) -> Int { scheme == "https" ? 443 : 80 }

  private static func port(_ bytes: ArraySlice<UInt8>) throws(WebAddressProblem) -> Int? {
    guard let colon = bytes.first else { return nil }
    guard colon == UInt8(ascii: ":") else { throw .badHost }
    let digits = bytes.dropFirst()
    guard !digits.isEmpty else { return nil }
    guard digits.count <= 5, digits.allSatisfy(\.isDigit) else { throw .badPort }
    let port = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    guard (1...65_535).contains(port) else { throw .badPort }
    return port
  }
}
