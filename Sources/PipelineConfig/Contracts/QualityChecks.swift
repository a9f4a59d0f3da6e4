internal import JSONText

/// What a run's records have to be as a whole: `checks` in the file.
public struct QualityChecks: Equatable, Sendable {
  /// A run that does not meet these is held before merge, for a person.
  public var hold = Rules()
  /// A run that does not meet these goes on, and a warning says so.
  public var warn = Rules()

  public var areNone: Bool { hold.areNone && warn.areNone }

  /// Columns whose nulls are asked for.
  public var nullColumns: Set<String> { Set((hold.maxNullShares + warn.maxNullShares).map(\.column)) }

  public struct Rules: Equatable, Sendable {
    /// Records that a complete full run brings, at least; other runs are not asked.
    public var minRecords: Int?
    /// Of the rows, up to 1. Asked from ``shareFrom`` rows on; of a column that may have no null at all, always.
    public var maxNullShares: [NullShare] = []
    /// Columns of which no two keys have one value; null is no value.
    public var unique: [String] = []
    /// How old the newest record that was ever seen may be when the run ends, by the feed's cursor.
    public var maxAge: Duration?

    public var areNone: Bool { self == Rules() }
  }

  public struct NullShare: Equatable, Sendable {
    public var column: String
    public var max: Double
  }

  /// Of fewer rows a share says little: of three, one is a third.
  public static let shareFrom = 100

  static let recordBounds = 1...1_000_000_000
  static let ageBounds = Duration.seconds(60)...Duration.seconds(3650 * 86_400)
}

extension QualityChecks {
  static func read(_ value: ConfigValue?, columns: [Column], cursor: Cursor?) -> QualityChecks {
    var checks = QualityChecks()
    guard let object = value?.object() else { return checks }
    checks.hold = Rules.read(object["hold"], columns, cursor)
    checks.warn = Rules.read(object["warn"], columns, cursor)
    object.reportUnknown()
    return checks
  }
}

extension QualityChecks.Rules {
  fileprivate static func read(_ value: ConfigValue?, _ columns: [Column], _ cursor: Cursor?) -> Self {
    var rules = Self()
    guard let object = value?.object() else { return rules }
    rules.minRecords = object["min_records"]?.integer(in: QualityChecks.recordBounds, "records")
    for (column, share) in object["max_null_share"]?.object()?.entries ?? [] {
      share.requireColumn(column, shown: column.debugDescription, among: columns)
      guard let max = share.number(in: 0...1, "of the rows") else { continue }
      rules.maxNullShares.append(QualityChecks.NullShare(column: column, max: max))
    }
    if let unique = object["unique"] {
      for name in unique.distinctTexts() ?? [] {
        unique.requireColumn(name.value, shown: name.shown, among: columns)
        rules.unique.append(name.value)
      }
    }
    if let age = object["max_age"] {
      rules.maxAge = age.duration(in: QualityChecks.ageBounds)
      if cursor?.type != .timestamp { age.problem("asks the feed's cursor, and there is none that is a timestamp") }
    }
    object.reportUnknown()
    return rules
  }
}

extension ConfigValue {
  fileprivate func requireColumn(_ name: String, shown: String, among columns: [Column]) {
    if columns.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) { return }
    let suggestion = Suggestion.asking(for: name, among: columns.map(\.name))
    problem("there is no column \(shown)\(suggestion)")
  }
}
