public import JSONText

/// A column of the target table, where in the vendor's record its value is found, and what the value has to be.
public struct Column: Equatable, Sendable {
  public var name: String
  /// The root is the whole record.
  public var from: JSONPointer
  public var type: ColumnType
  /// How the vendor writes the value; one of the type's own, nil for a type that has but one writing.
  public var format: ColumnFormat?
  /// A record without a value here is put aside. Key columns are required by themselves.
  public var required = false
  /// What a record without a value here gets: JSON as the staged queue holds it, checked when the file was read.
  public var fallback: String?
  public var rules = ColumnRules()
  public var misfit = MisfitRule.reject
  /// The value is an object of all fields that no other column takes.
  public var isRest = false

  /// Most columns of a feed: PostgreSQL's 1,600 for a table, less `data_hash` and `data_version`.
  static let countMax = 1598
}

/// What becomes of a value that does not fit its column; the raw value is the word in `pipeline.json`.
public enum MisfitRule: String, CaseIterable, Sendable {
  /// The record is put aside.
  case reject
  /// The column is null, and counted.
  case null
  /// The nearest value that fits: the bound of a range, a text cut to its length. Counted. Where there is none, reject.
  case clip
}

extension Column {
  /// A value only has to be of the type, in the type's usual writing: ``ColumnType/append(_:of:to:)`` says it all.
  public var isPlain: Bool { rules.areNone && (format == nil || format == type.formats.first) }

  /// Appends a value that is not null, as the staged queue holds it.
  ///
  /// `pattern` is ``ColumnRules/pattern``, made ready: compiled once for many values. After a ``Misfit`` what was appended
  /// is to be cut off again.
  public func append(
    _ value: JSONNode,
    of parser: borrowing JSONParser,
    matching pattern: ColumnPattern?,
    to out: inout OutputBytes
  ) throws(Misfit) {
    let start = out.count
    try type.append(value, as: format, of: parser, to: &out)
    // Most columns have no rule, and this is asked for every value.
    if rules.areNone { return }
    try rules.check(value, of: parser, staged: out.text(from: start), as: type)
    if let pattern { try pattern.check(value, of: parser) }
  }
}
