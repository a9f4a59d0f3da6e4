/// Writing text into addresses. Source: RFC 3986 §2.
enum PercentEncoding {
  /// A name or value of a query: everything but what no server takes for a separator.
  ///
  /// `$ ' ( ) , : /` stay as they are; OData's own examples write them so, and logs stay readable.
  static func component(_ text: String) -> String {
    encode(text.utf8) { $0.isLetter || $0.isDigit || "-._~$'(),:/*".utf8.contains($0) }
  }

  /// A value of a form (application/x-www-form-urlencoded): what no reader takes for anything else.
  static func form(_ text: String) -> String {
    encode(text.utf8) { $0.isLetter || $0.isDigit || "-._".utf8.contains($0) }
  }

  /// A path or query as somebody else wrote it: only what may not stand in a request line is encoded, so that an opaque
  /// link stays what it was.
  static func repaired(_ bytes: some Collection<UInt8>) -> String {
    let bytes = Array(bytes)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
      let isEscape =
        byte == UInt8(ascii: "%") && index + 2 < bytes.count && bytes[index + 1].isHexDigit
        && bytes[index + 2].isHexDigit
      if isEscape || byte.isLetter || byte.isDigit || "-._~!$&'()*+,;=:@/?".utf8.contains(byte) {
        text.append(byte)
      } else {
        text.append(contentsOf: escape(byte))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func encode(_ bytes: some Sequence<UInt8>, isPlain: (UInt8) -> Bool) -> String {
    var text: [UInt8] = []
    for byte in bytes {
      if isPlain(byte) { text.append(byte) } else { text.append(contentsOf: escape(byte)) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func escape(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }
}

extension WebAddress {
  /// The address with more parameters behind those it has.
  func adding(_ items: [(name: String, value: String)]) -> WebAddress {
    let added = items.map { "\(PercentEncoding.component($0.name))=\(PercentEncoding.component($0.value))" }
    let all = (query.map { $0.isEmpty ? [] : [$0] } ?? []) + added
    return WebAddress(origin: origin, path: path, query: all.isEmpty ? query : all.joined(separator: "&"))
  }

  /// Whether the query has a parameter of this name.
  func hasParameter(_ name: String) -> Bool {
    let written = PercentEncoding.component(name)
    return query?.split(separator: "&").contains { $0.prefix { $0 != "=" } == written } ?? false
  }

  /// The address with another value for a parameter that it has.
  func replacing(_ name: String, with value: String) -> WebAddress {
    let written = PercentEncoding.component(name)
    let items = query?.split(separator: "&", omittingEmptySubsequences: false).map { item in
      item.prefix { $0 != "=" } == written ? "\(written)=\(PercentEncoding.component(value))" : String(item)
    }
    return WebAddress(origin: origin, path: path, query: items?.joined(separator: "&"))
  }

  /// The address as it may be kept: of the parameters that are not named, the names alone.
  func redacted(showing names: Set<String>) -> String {
    guard let query else { return shown }
    let items = query.split(separator: "&").map { item in
      let name = item.prefix { $0 != "=" }
      return names.contains(String(name)) || name.count == item.count ? String(item) : "\(name)=***"
    }
    return "\(shown)?\(items.joined(separator: "&"))"
  }
}
