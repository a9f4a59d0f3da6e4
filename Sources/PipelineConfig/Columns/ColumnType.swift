/// The column types that `pipeline.json` may name; the raw value is the spelling there.
///
/// Adding one: add the case, add `ColumnType+<Name>.swift` to the stage that converts, and let the compiler lead.
public enum ColumnType: String, CaseIterable, Sendable {
  case text
  case integer
  case bigint
  case numeric
  case double
  case boolean
  case date
  case timestamptz
  case uuid
  case jsonb

  /// The type as PostgreSQL spells it.
  public var sqlName: String {
    switch self {
    case .double: "double precision"
    case .text, .integer, .bigint, .numeric, .boolean, .date, .timestamptz, .uuid, .jsonb: rawValue
    }
  }
}
