/// How a vendor says in a record that it is gone: `deleted_when` in the file.
public enum DeleteMark: Equatable, Sendable {
  /// A field at the top of the record that is true: `true`, 1, "1", "true", "y" or "yes".
  case flag(field: String)
  /// A field that holds one of some texts or numbers, compared as they are written: `"MlsStatus": "Deleted"`.
  case value(field: String, oneOf: [String])
  /// A member whose mere presence says it, as OData's `@removed`, whatever it holds but null.
  case present(field: String)

  public var field: String {
    switch self {
    case .flag(let field), .value(let field, _), .present(let field): field
    }
  }

  /// More values are a rule that somebody should look at again.
  static let valuesMax = 100
}

extension DeleteMark {
  /// `{"field": "IsDeleted"}`, `{"field": "MlsStatus", "is": ["Deleted"]}` or `{"present": "@removed"}`.
  static func read(_ value: ConfigValue) -> DeleteMark? {
    guard let object = value.object() else { return nil }
    let (field, present) = (object["field"]?.nonEmptyText()?.value, object["present"]?.nonEmptyText()?.value)
    let values = object["is"].map { $0.distinctTexts() }
    object.reportUnknown()
    switch (field, present) {
    case (nil, nil): value.problem("needs \"field\" or \"present\"")
    case (_?, _?): object["present"]?.problem("stands in the place of \"field\", not beside it")
    case (nil, let present?):
      guard values == nil else {
        object["is"]?.problem("belongs to \"field\"")
        return nil
      }
      return .present(field: present)
    case (let field?, nil):
      guard let values else { return .flag(field: field) }
      guard let values else { return nil }
      if (1...valuesMax).contains(values.count) { return .value(field: field, oneOf: values.map(\.value)) }
      object["is"]?.problem("\(values.count) is outside 1...\(valuesMax) values")
    }
    return nil
  }
}
