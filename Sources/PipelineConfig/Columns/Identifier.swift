/// Names of schemas, tables and columns as PostgreSQL takes them.
enum Identifier {
  /// `NAMEDATALEN` less one: longer names are cut by the server, and two of them become one.
  static let bytesMax = 63

  /// Columns that every table of PostgreSQL has. Source: PostgreSQL documentation, "System Columns".
  private static let systemColumns: Set<String> = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"]

  /// What is wrong with a name; nil when nothing is.
  static func complaint(about name: String, of thing: String) -> String? {
    if name.isEmpty {
      "the \(thing)'s name is empty"
    } else if name.utf8.count > bytesMax {
      "the \(thing)'s name has \(name.utf8.count) bytes; PostgreSQL keeps \(bytesMax)"
    } else if name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      "the \(thing)'s name holds a control character"
    } else {
      nil
    }
  }

  static func complaint(aboutColumn name: String) -> String? {
    if name == "data_hash" || name == "data_version" || name.hasPrefix("_weir") {
      return "is a name that the merge keeps for itself; choose another"
    }
    if systemColumns.contains(name) { return "is a name that PostgreSQL keeps for itself; choose another" }
    return complaint(about: name, of: "column")
  }
}

extension ConfigValue {
  /// A name of something in the database.
  func identifier(of thing: String) -> ConfigText? {
    guard let text = text() else { return nil }
    guard let complaint = Identifier.complaint(about: text.value, of: thing) else { return text }
    problem(complaint)
    return nil
  }
}
