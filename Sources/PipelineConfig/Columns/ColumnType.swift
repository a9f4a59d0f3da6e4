/// The column types that `pipeline.json` may name; the raw value is the spelling there.
///
/// Adding one: add the case, add `Values/ColumnType+<Name>.swift`, and let the compiler lead.
public enum ColumnType: String, CaseIterable, Sendable {
  case text
  case integer
  case bigint
  case numeric
  case double
  case boolean
  case date
  case time
  case timestamptz
  case interval
  case uuid
  case inet
  case bytea
  case textArray = "text[]"
  case jsonb

  /// The type as PostgreSQL spells it.
  public var sqlName: String { self == .double ? "double precision" : rawValue }

  /// How a vendor may write a value of this type; the first is what is taken when the column names none.
  public var formats: [ColumnFormat] {
    switch self {
    case .text, .uuid, .inet, .jsonb: []
    case .integer, .bigint, .numeric, .double: [.plain, .money, .moneyComma]
    case .boolean: [.plain, .yesNo]
    case .date, .timestamptz: [.iso, .rfc1123, .unixDate, .epochSeconds, .epochMilliseconds, .dotNet]
    case .time: [.iso, .twelveHours]
    case .interval: [.iso, .seconds, .milliseconds]
    case .bytea: [.base64, .base64URL, .hex]
    case .textArray: [.json, .comma]
    }
  }

  /// Whether two values are the same for PostgreSQL exactly when they are written alike, more or less: what a key needs.
  ///
  /// An interval is not: a month equals thirty days.
  var canBeKey: Bool {
    switch self {
    case .jsonb, .textArray, .interval: false
    case .text, .integer, .bigint, .numeric, .double, .boolean, .date, .time, .timestamptz, .uuid, .inet, .bytea: true
    }
  }

  var isNumber: Bool {
    switch self {
    case .integer, .bigint, .numeric, .double: true
    case .text, .boolean, .date, .time, .timestamptz, .interval, .uuid, .inet, .bytea, .textArray, .jsonb: false
    }
  }

  /// What ``ColumnRules`` counts: characters of a text, bytes of a bytea, elements of an array. Nil where nothing is.
  var lengthUnit: String? {
    switch self {
    case .text: "characters"
    case .bytea: "bytes"
    case .textArray: "elements"
    case .integer, .bigint, .numeric, .double, .boolean, .date, .time, .timestamptz, .interval, .uuid, .inet, .jsonb:
      nil
    }
  }

  /// Whether values have an order in which a smallest and a largest make sense.
  var hasRange: Bool {
    switch self {
    case .integer, .bigint, .numeric, .double, .date, .timestamptz, .time: true
    case .text, .boolean, .interval, .uuid, .inet, .bytea, .textArray, .jsonb: false
    }
  }
}
