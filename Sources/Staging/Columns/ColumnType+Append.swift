internal import JSONText
internal import PipelineConfig

/// A value does not fit its column.
struct Misfit: Error, Equatable {
  var reason: String

  init(_ reason: String) { self.reason = reason }

  /// Names the value, cut to a length that a log can hold.
  init(_ value: JSONNode, of parser: borrowing JSONParser, isNo type: String) {
    let text = parser.rawString(value)
    let shown = text.count > Self.shownMax ? text.prefix(Self.shownMax) + "…" : Substring(text)
    self.init("\(shown) is no \(type)")
  }

  private static let shownMax = 60
}

extension ColumnType {
  /// Appends a value that is not null as the JSON that the staged queue holds for this type.
  func append(_ value: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes) throws(Misfit) {
    switch self {
    case .text: try Self.appendText(value, of: parser, to: &out)
    case .integer:
      try Self.appendInteger(value, of: parser, within: Int(Int32.min)...Int(Int32.max), "integer", to: &out)
    case .bigint: try Self.appendInteger(value, of: parser, within: Int.min...Int.max, "bigint", to: &out)
    case .numeric: try Self.appendNumeric(value, of: parser, to: &out)
    case .double: try Self.appendDouble(value, of: parser, to: &out)
    case .boolean: try Self.appendBoolean(value, of: parser, to: &out)
    case .date: try Self.appendDate(value, of: parser, to: &out)
    case .timestamptz: try Self.appendTimestamp(value, of: parser, to: &out)
    case .uuid: try Self.appendUUID(value, of: parser, to: &out)
    case .jsonb: try Self.appendJSON(value, of: parser, to: &out)
    }
  }
}
