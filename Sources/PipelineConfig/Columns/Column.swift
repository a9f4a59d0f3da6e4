public import JSONText

/// A column of the target table, and where in the vendor's record its value is found.
public struct Column: Equatable, Sendable {
  public var name: String
  /// The root is the whole record.
  public var from: JSONPointer
  public var type: ColumnType
  /// A record without a value here is put aside.
  public var required: Bool
}

extension Column {
  static func read(_ name: String, _ value: ConfigValue) -> Column? {
    guard Identifier.check(name, value, of: "column") else { return nil }
    if name == "data_hash" || name == "data_version" || name.hasPrefix("_weir") {
      value.problem("is a name that the merge keeps for itself; choose another")
      return nil
    }
    if case .string = value.json {
      return value.choice(of: ColumnType.self).map {
        Column(name: name, from: JSONPointer(member: name), type: $0, required: false)
      }
    }
    guard let object = value.object() else { return nil }
    let pointer = object["from"].map { $0.pointer() } ?? JSONPointer(member: name)
    let type = object.required("type")?.choice(of: ColumnType.self)
    let required = object["required"].map { $0.boolean() } ?? false
    object.reportUnknown()
    guard let pointer, let type, let required else { return nil }
    return Column(name: name, from: pointer, type: type, required: required)
  }
}

extension ConfigValue {
  /// A JSON pointer (RFC 6901).
  func pointer() -> JSONPointer? {
    guard let text = text() else { return nil }
    do throws(JSONError) { return try JSONPointer(text.value) } catch {
      problem(error.message)
      return nil
    }
  }
}
