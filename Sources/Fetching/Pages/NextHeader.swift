internal import NIOHTTP1

/// The next page's address in a header.
enum NextHeader {
  /// The target of `rel="next"` in `Link` (RFC 8288 §3), or the whole of any other header; nil when there is none.
  static func link(in response: VendorResponse, name: String) -> String? {
    if name.lowercased() == "link" { return response.headers[name].lazy.compactMap { next(in: $0) }.first }
    return response.headers.first(name: name).map(\.trimmed).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Reads one header field, which may hold several links: `<…>; rel="prev", </cars?page=3>; rel="next last"`.
  ///
  /// A comma or semicolon may stand in an address and in a quoted text, so it is read by its rules and not split.
  static func next(in field: String) -> String? {
    var rest = Array(field.utf8)[...]
    while let open = rest.firstIndex(of: UInt8(ascii: "<")) {
      guard let close = rest[open...].firstIndex(of: UInt8(ascii: ">")) else { return nil }
      let target = rest[(open + 1)..<close]
      let parameters = parameters(&rest, from: close + 1)
      // RFC 8288 §3.3: of several `rel` the first counts; it holds words, of any case, with spaces between.
      let relations = parameters.first { $0.name == "rel" }?.value.lowercased().split(separator: " ") ?? []
      if relations.contains("next") { return String(decoding: target, as: UTF8.self).trimmed }
    }
    return nil
  }

  /// Reads the parameters of one link; `rest` is then what follows its comma.
  private static func parameters(
    _ rest: inout ArraySlice<UInt8>,
    from start: Int
  ) -> [(name: String, value: String)] {
    var parameters: [(name: String, value: String)] = []
    rest = rest[start...]
    while let byte = rest.first, byte != UInt8(ascii: ",") {
      guard byte == UInt8(ascii: ";") else {
        rest.removeFirst()
        continue
      }
      rest.removeFirst()
      let name = take(&rest) { !"=;,".utf8.contains($0) }
      guard rest.first == UInt8(ascii: "=") else { continue }
      rest.removeFirst()
      while rest.first == 0x20 { rest.removeFirst() }
      let value = rest.first == UInt8(ascii: "\"") ? quoted(&rest) : take(&rest) { !";,".utf8.contains($0) }
      parameters.append((name.trimmed.lowercased(), value.trimmed))
    }
    return parameters
  }

  private static func take(_ rest: inout ArraySlice<UInt8>, while condition: (UInt8) -> Bool) -> String {
    let taken = rest.prefix(while: condition)
    rest = rest[taken.endIndex...]
    return String(decoding: taken, as: UTF8.self)
  }

  /// RFC 9110 §5.6.4.
  private static func quoted(_ rest: inout ArraySlice<UInt8>) -> String {
    var text: [UInt8] = []
    rest.removeFirst()
    while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
      if byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() { text.append(escaped) } else { text.append(byte) }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
