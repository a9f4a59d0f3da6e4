public import JSONText

/// A column of the target table, and where in the vendor's record its value is found.
public struct Column: Equatable, Sendable {
  public var name: String
  /// The root is the whole record.
  public var from: JSONPointer
  public var type: ColumnType
  /// A record without a value here is put aside. Key columns are required by themselves.
  public var required: Bool

  /// Most columns of a feed: PostgreSQL's 1,600 for a table, less `data_hash` and `data_version`.
  static let countMax = 1598
}

extension Column {
  /// `"ListPrice": "numeric"`, or an object with `type`, `from` and `required`.
  static func read(_ name: String, _ value: ConfigValue) -> Column? {
    if let complaint = Identifier.complaint(aboutColumn: name) { value.problem(complaint) }
    switch value.json {
    case .string:
      return value.choice(of: ColumnType.self).map {
        Column(name: name, from: JSONPointer(member: name), type: $0, required: false)
      }
    case .object:
      guard let object = value.object() else { return nil }
      let pointer = object["from"].map { $0.pointer() } ?? JSONPointer(member: name)
      let type = object.required("type")?.choice(of: ColumnType.self)
      let required = object["required"].map { $0.boolean() } ?? false
      object.reportUnknown()
      guard let pointer, let type, let required else { return nil }
      return Column(name: name, from: pointer, type: type, required: required)
    case .null, .bool, .number, .array:
      value.problem("should be a type such as \"text\", or an object with \"type\" and \"from\"")
      return nil
    }
  }
}

extension ConfigValue {
  /// The columns of a feed, in the order of the file; nil when one of them is wrong.
  func columns() -> [Column]? {
    guard let entries = object()?.entries else { return nil }
    guard (1...Column.countMax).contains(entries.count) else {
      problem("\(entries.count) is outside 1...\(Column.countMax) columns")
      return nil
    }
    var kept: [[UInt8]: String] = [:]
    for (name, value) in entries {
      let cut = Array(name.utf8.prefix(Identifier.bytesMax))
      if let other = kept.updateValue(name, forKey: cut), !other.utf8.elementsEqual(name.utf8) {
        value.problem("PostgreSQL would cut it off and take it for \(other.debugDescription)")
      }
    }
    let columns = entries.compactMap { Column.read($0.name, $0.value) }
    return columns.count == entries.count ? columns : nil
  }

  /// A JSON pointer (RFC 6901).
  func pointer() -> JSONPointer? {
    guard let text = text() else { return nil }
    do throws(JSONError) { return try JSONPointer(text.value) } catch {
      problem(text.isFromEnvironment ? "the value from the environment is no JSON pointer" : error.message)
      return nil
    }
  }
}
