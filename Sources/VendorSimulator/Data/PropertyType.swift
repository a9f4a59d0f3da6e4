/// What a property holds in all records of a set, as `$metadata` names it.
enum PropertyType: Equatable, Sendable {
  /// Null wherever it is.
  case unknown
  case boolean
  /// Numbers without fraction that fit 64 bits.
  case integer
  case decimal
  case date
  case instant
  case string
  /// An object, or values of several kinds.
  case untyped
  case collection

  var edmName: String {
    switch self {
    case .unknown, .string: "Edm.String"
    case .boolean: "Edm.Boolean"
    case .integer: "Edm.Int64"
    case .decimal: "Edm.Decimal"
    case .date: "Edm.Date"
    case .instant: "Edm.DateTimeOffset"
    case .untyped: "Edm.Untyped"
    case .collection: "Collection(Edm.Untyped)"
    }
  }

  /// The type of values of which some are `self` and some are `other`.
  func joined(with other: Self) -> Self {
    if self == other || other == .unknown { return self }
    switch (self, other) {
    case (.unknown, _): return other
    case (.integer, .decimal), (.decimal, .integer): return .decimal
    case (.date, .string), (.string, .date), (.instant, .string), (.string, .instant), (.date, .instant),
      (.instant, .date):
      return .string
    default: return .untyped
    }
  }
}
