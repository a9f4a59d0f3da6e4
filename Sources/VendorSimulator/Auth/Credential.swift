internal import Telemetry

/// Reading and comparing what a client sends to prove itself.
enum Credential {
  /// What follows the scheme, which may be written in any case, and one space or more (RFC 9110 §11.1, §11.4).
  static func value(_ field: String, scheme wanted: String) -> String {
    let scheme = field.utf8.prefix { $0 != UInt8(ascii: " ") }
    guard String(Substring(scheme)).lowercased() == wanted else { return "" }
    return String(Substring(field.utf8.dropFirst(scheme.count).drop { $0 == UInt8(ascii: " ") }))
  }

  /// Looks at every byte, so that the time taken says nothing about how much of a guess was right.
  static func areEqual(_ secret: Secret) -> (String) -> Bool {
    { given in
      let (left, right) = (Array(given.utf8), Array(secret.reveal.utf8))
      guard left.count == right.count else { return false }
      return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
  }

  /// Whether a field is `Basic` with this user and password (RFC 7617 §2).
  static func isBasic(_ field: String?, _ user: String, _ password: Secret) -> Bool {
    let expected = Secret(base64(Array("\(user):\(password.reveal)".utf8)))
    return areEqual(expected)(value(field ?? "", scheme: "basic"))
  }

  /// Source: RFC 4648 §4.
  static func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        text.append(place <= group.count ? alphabet[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
