internal import JSONText

/// What a `$filter` asks of a record.
indirect enum FilterExpression: Equatable, Sendable {
  case compare(PropertyPath, Comparison, Literal)
  case isOneOf(PropertyPath, [Literal])
  /// A boolean property by itself.
  case isTrue(PropertyPath)
  /// Two or more.
  case all([FilterExpression])
  /// Two or more.
  case any([FilterExpression])
  case not(FilterExpression)
}

/// OData's comparison operators.
enum Comparison: String, Sendable {
  case eq
  case ne
  case gt
  case ge
  case lt
  case le

  /// The operator that says the same with its sides exchanged.
  var mirrored: Self {
    switch self {
    case .eq, .ne: self
    case .gt: .lt
    case .ge: .le
    case .lt: .gt
    case .le: .ge
    }
  }

  /// Whether the comparison is true. `order` is how the property sorts beside the literal; nil when either is null or
  /// they are of two kinds.
  func holds(_ order: Int?) -> Bool {
    guard let order else { return self == .ne }
    return switch self {
    case .eq: order == 0
    case .ne: order != 0
    case .gt: order > 0
    case .ge: order >= 0
    case .lt: order < 0
    case .le: order <= 0
    }
  }
}

/// A property of a record, or of an object in it: `ListPrice`, `Address/City`.
struct PropertyPath: Equatable, Sendable {
  let text: String
  let names: [JSONName]
  /// It is the vendor's stamp, which is not in the record's own bytes.
  let isStamp: Bool
  let type: PropertyType

  /// - Throws: ``Refusal``, status 400: no record of the set has such a property.
  init(_ text: String, in version: SetVersion) throws(Refusal) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let root = parts.first, let type = version.table.schema.type(of: root) else {
      throw .badRequest("Could not find a property named '\(text)' on the entity type '\(version.set.name)'.")
    }
    self.text = text
    names = parts.map(JSONName.init)
    isStamp = text == version.set.stamp
    self.type = parts.count == 1 ? type : .untyped
  }

  /// The vendor's stamp.
  init(stampOf version: SetVersion) {
    text = version.set.stamp
    names = [JSONName(version.set.stamp)]
    isStamp = true
    type = .instant
  }
}
