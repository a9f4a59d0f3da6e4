internal import JSONText

/// What becomes of a record's fields that no column takes: `unmapped` in the file.
public enum UnmappedRule: Equatable, Sendable {
  /// They stay in the spool and go no further.
  case ignore
  /// The record is put aside.
  case reject
  /// As ``ignore``, and a new field is reported with the column that would take it.
  case propose
  /// They are kept together in a column of the type jsonb.
  case keep(column: String)

  private enum Word: String, CaseIterable {
    case ignore
    case reject
    case propose
  }
}

extension UnmappedRule {
  /// `"ignore"`, `"reject"`, `"propose"` or `{"keep": "extra"}`.
  static func read(_ value: ConfigValue) -> UnmappedRule {
    if case .string = value.json {
      return switch value.choice(of: Word.self) {
      case nil, .ignore: .ignore
      case .reject: .reject
      case .propose: .propose
      }
    }
    guard let object = value.object() else { return .ignore }
    let column = object.required("keep")?.nonEmptyText()?.value
    if let column, let complaint = Identifier.complaint(aboutColumn: column) { object["keep"]?.problem(complaint) }
    object.reportUnknown()
    return column.map { .keep(column: $0) } ?? .ignore
  }

  /// The feed's columns with the one that keeps what no other takes.
  func columns(beside columns: [Column], _ value: ConfigValue?) -> [Column] {
    guard case .keep(let name) = self else { return columns }
    if columns.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
      value?.problem("there is a column \(name.debugDescription) already")
      return columns
    }
    var column = Column(name: name, from: .root, type: .jsonb)
    column.isRest = true
    return columns + [column]
  }
}
