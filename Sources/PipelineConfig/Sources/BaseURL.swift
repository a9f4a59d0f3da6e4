internal import FoundationEssentials

extension ConfigValue {
  /// An address that paths are put behind: http or https, a host, no user, no query, no final slash.
  func baseURL() -> String? {
    guard let text = nonEmptyText() else { return nil }
    guard let url = URL(string: text.value), let scheme = url.scheme?.lowercased(), let host = url.host, !host.isEmpty
    else {
      problem("\(text.shown) is not an address such as \"https://api.example.com/odata\"")
      return nil
    }
    if scheme != "http" && scheme != "https" {
      problem("\(text.shown) begins with neither http:// nor https://")
    } else if url.user != nil || url.password != nil {
      problem("an address with a user in it is printed in too many places; put the credential under \"auth\"")
    } else if url.query != nil || url.fragment != nil {
      problem("\(text.shown) has a query or fragment; put fixed parameters under the feed's \"query\"")
    } else {
      return text.value.hasSuffix("/") ? String(text.value.dropLast()) : text.value
    }
    return nil
  }
}

/// Names of feeds and sources: they become folders, so they are kept simple.
enum Name {
  /// Whether the name can be one; says why not.
  static func check(_ name: String, _ value: ConfigValue, of thing: String) -> Bool {
    let letters = Array(name.utf8)
    let isPlain = letters.enumerated().allSatisfy { index, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
      case UInt8(ascii: "-"), UInt8(ascii: "_"): index > 0
      default: false
      }
    }
    if isPlain && (1...48).contains(letters.count) { return true }
    value.problem("a \(thing)'s name is 1 to 48 of a-z, 0-9, _ and -, and begins with a letter or digit")
    return false
  }
}
