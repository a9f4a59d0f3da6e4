public import JSONText

/// The field that tells when a record changed: its version, and where an incremental run goes on.
public struct Cursor: Equatable, Sendable {
  /// The vendor's name of the field, at the top of the record.
  public var field: String
  public var type: VersionType
  /// Name of the query parameter that asks a REST vendor for newer records only; nil: every run asks for all.
  public var sinceParameter: String?
  /// How far before the last watermark an incremental run begins: records that the vendor committed late, or showed late, are
  /// seen then. For timestamps.
  public var lookback = Duration.zero
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
      object["since_parameter"]?.problem("is for REST vendors; OData asks by the field itself")
    }
    let lookback = object["lookback"]?.duration(in: .zero ... .seconds(30 * 86_400))
    object.reportUnknown()
    guard let field, let type = given ?? versionType(of: field, in: columns) else { return nil }
    if lookback != nil, type != .timestamp {
      object["lookback"]?.problem("is for timestamps; this cursor is \(type.rawValue)")
    }
    return Cursor(field: field, type: type, sinceParameter: since, lookback: lookback ?? .zero)
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
