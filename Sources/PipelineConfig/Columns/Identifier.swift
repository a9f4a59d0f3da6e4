/// Names of tables and columns as PostgreSQL takes them.
enum Identifier {
  /// `NAMEDATALEN` less one: longer names are cut by the server, and two of them become one.
  static let bytesMax = 63

  /// Whether the name can be one; says why not.
  static func check(_ name: String, _ value: ConfigValue, of thing: String) -> Bool {
    if name.isEmpty {
      value.problem("the \(thing)'s name is empty")
    } else if name.utf8.count > bytesMax {
      value.problem("the \(thing)'s name has \(name.utf8.count) bytes; PostgreSQL keeps \(bytesMax)")
    } else if name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      value.problem("the \(thing)'s name holds a control character")
    } else {
      return true
    }
    return false
  }
}
