public import JSONText

extension ColumnType {
  /// Appends a value that is not null as the JSON that the staged queue holds for this type.
  func append(
    _ value: JSONNode,
    as format: ColumnFormat?,
    of parser: borrowing JSONParser,
    to out: inout OutputBytes
  ) throws(Misfit) {
    guard let format, format != formats.first else { return try append(value, of: parser, to: &out) }
    try append(value, written: format, of: parser, to: &out)
  }

  /// The same in the type's usual writing, which is that of nearly every column.
  public func append(_ value: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes) throws(Misfit) {
    switch self {
    case .text: try Self.appendText(value, of: parser, to: &out)
    case .integer: try Self.appendInteger(value, of: parser, within: .int32, "integer", to: &out)
    case .bigint: try Self.appendInteger(value, of: parser, within: .int64, "bigint", to: &out)
    case .numeric: try Self.appendNumeric(value, of: parser, to: &out)
    case .double: try Self.appendDouble(value, of: parser, to: &out)
    case .boolean: try Self.appendBoolean(value, of: parser, to: &out)
    case .date: try Self.appendDate(value, of: parser, to: &out)
    case .time: try Self.appendTime(value, of: parser, to: &out)
    case .timestamptz: try Self.appendTimestamp(value, of: parser, to: &out)
    case .interval: try Self.appendInterval(value, of: parser, to: &out)
    case .uuid: try Self.appendUUID(value, of: parser, to: &out)
    case .inet: try Self.appendInet(value, of: parser, to: &out)
    case .bytea: try Self.appendBytes(value, as: .base64, of: parser, to: &out)
    case .textArray: try Self.appendTextArray(value, of: parser, splitting: false, to: &out)
    case .jsonb: try Self.appendJSON(value, of: parser, to: &out)
    }
  }

  /// Values in a writing other than the type's usual one.
  private func append(
    _ value: JSONNode,
    written format: ColumnFormat,
    of parser: borrowing JSONParser,
    to out: inout OutputBytes
  ) throws(Misfit) {
    switch format {
    case .rfc1123, .unixDate, .epochSeconds, .epochMilliseconds, .dotNet:
      try Self.appendMoment(value, as: format, dayOnly: self == .date, of: parser, to: &out)
    case .money, .moneyComma: try appendMoney(value, as: format, of: parser, to: &out)
    case .yesNo: try Self.appendYesNo(value, of: parser, to: &out)
    case .twelveHours: try Self.appendTwelveHours(value, of: parser, to: &out)
    case .seconds, .milliseconds: try Self.appendCounted(value, as: format, of: parser, to: &out)
    case .base64URL, .hex: try Self.appendBytes(value, as: format, of: parser, to: &out)
    case .comma: try Self.appendTextArray(value, of: parser, splitting: true, to: &out)
    // The usual writing of their types, which is not written differently.
    case .plain, .iso, .base64, .json: try append(value, as: nil, of: parser, to: &out)
    }
  }

  /// Appends a text that needs no escapes as a JSON string.
  static func append(plain text: String, to out: inout OutputBytes) {
    out.append(0x22)
    out.append(text)
    out.append(0x22)
  }
}

extension ClosedRange<Int> {
  static var int32: Self { Int(Int32.min)...Int(Int32.max) }
  static var int64: Self { Int.min...Int.max }
}
