public import JSONText

/// The field that tells when a record changed: its version, and where an incremental run goes on.
public struct Cursor: Equatable, Sendable {
  /// The vendor's name of the field, at the top of the record.
  public var field: String
  public var type: VersionType
  /// Name of the query parameter that asks a REST vendor for newer records only; nil: every run asks for all.
  public var sinceParameter: String?
}

extension Cursor {
  /// The field's name, or an object with `field`, `type` and `since_parameter`.
  ///
  /// Where no type is given, `columns` tell it.
  static func read(_ value: ConfigValue, columns: [Column], pagination: Pagination?) -> Cursor? {
    if case .string = value.json {
      guard let field = value.nonEmptyText()?.value else { return nil }
      return Cursor(field: field, type: versionType(of: field, in: columns), sinceParameter: nil)
    }
    guard let object = value.object() else { return nil }
    let field = object.required("field")?.nonEmptyText()?.value
    let given = object["type"].map { $0.choice(of: VersionType.self) }
    let since = object["since_parameter"]?.nonEmptyText()?.value
    if case .odata = pagination {
      object["since_parameter"]?.problem("is for page_number; OData asks by the field itself")
    }
    object.reportUnknown()
    guard let field else { return nil }
    let type = given ?? versionType(of: field, in: columns)
    return type.map { Cursor(field: field, type: $0, sinceParameter: since) }
  }

  /// What the column mapped from the field says; a field that no column has is taken for a timestamp, as most are.
  private static func versionType(of field: String, in columns: [Column]) -> VersionType {
    switch columns.first(where: { $0.from == JSONPointer(member: field) })?.type {
    case nil, .timestamptz, .date: .timestamp
    case .integer, .bigint: .integer
    case .text, .numeric, .double, .boolean, .time, .interval, .uuid, .inet, .bytea, .textArray, .jsonb: .text
    }
  }
}
