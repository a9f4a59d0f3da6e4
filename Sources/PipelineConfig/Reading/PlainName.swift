/// Names of feeds and sources: they become folders, arguments and parts of table names, so they are kept simple.
enum PlainName {
  static let characterCountMax = 48

  /// Says so when the name cannot be one.
  static func check(_ name: String, _ value: ConfigValue, of thing: String) {
    let isPlain = name.utf8.enumerated().allSatisfy { index, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
      case UInt8(ascii: "-"), UInt8(ascii: "_"): index > 0
      default: false
      }
    }
    if isPlain && (1...characterCountMax).contains(name.utf8.count) { return }
    value.problem("a \(thing)'s name is 1 to 48 of a-z, 0-9, _ and -, and begins with a letter or digit")
  }
}
