internal import Hummingbird

/// What an answer says about the next page, in the dialect's words.
struct PageLink: Sendable {
  /// The next page's address; nil on the last page.
  let next: String?
  /// The first page's address.
  let first: String
  /// The next page's token alone.
  let token: String?

  init(_ request: Request, query: QueryString, dialect: RESTDialect, walk: RESTWalk, twist: PageTwist?) {
    let authority = request.head.authority ?? "localhost"
    let path = request.uri.path
    let kept = query.fields.filter { $0.name != walk.parameter }.map { String($0.raw) }
    let firstQuery = kept.joined(separator: "&")
    func address(_ fields: String, origin: String = "http://\(authority)") -> String {
      switch dialect.target {
      case .absolute: "\(origin)\(path)\(fields.isEmpty ? "" : "?\(fields)")"
      case .path: "\(path)\(fields.isEmpty ? "" : "?\(fields)")"
      case .query: "?\(fields)"
      }
    }
    first = address(firstQuery)
    let nextQuery = (kept + ["\(walk.parameter)=\(Self.escaped(walk.next))"]).joined(separator: "&")
    switch twist?.link {
    case nil, .always?:
      (next, token) = walk.hasMore ? (address(nextQuery), walk.next) : (nil, nil)
    case .relative?:
      (next, token) = walk.hasMore ? ("?\(nextQuery)", walk.next) : (nil, nil)
    case .missing?: (next, token) = (nil, nil)
    case .first?: (next, token) = (first, "")
    case .own?:
      next = address(query.fields.map { String($0.raw) }.joined(separator: "&"))
      token = query[walk.parameter] ?? ""
    case .origin(let origin)?:
      let other = origin.text(own: authority)
      next = walk.hasMore ? "\(other)\(path)?\(nextQuery)" : nil
      token = walk.hasMore ? walk.next : nil
    }
  }

  /// As a value of a query: everything but letters, digits and `-._~` is escaped (RFC 3986 §2.3).
  static func escaped(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default: result += "%" + String(Int(byte) + 0x100, radix: 16, uppercase: true).suffix(2)
      }
    }
    return result
  }
}
