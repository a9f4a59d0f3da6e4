internal import JSONText

extension ColumnType {
  /// `2024-01-06`, or the day of a moment as it is written; the text after the day is let go.
  static func appendDate(_ value: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes) throws(Misfit) {
    if parser.kind(value) == .string,
      unsafe parser.withText(value, { PlainMoment.isDay(unsafe Span(_unsafeElements: $0)) })
    {
      return out.appendRaw(value, of: parser)
    }
    let text = parser.string(value)
    guard parser.kind(value).isString, Timestamp(text) != nil else { throw Misfit(value, of: parser, isNo: "date") }
    out.append(0x22)
    out.append(String(text.prefix(10)))
    out.append(0x22)
  }

  /// A moment as the vendor wrote it; without an offset it is taken as UTC, and says so from here on. The comma that
  /// ISO 8601 allows before a fraction becomes a point, which is all that PostgreSQL reads, and of a leap second, which it
  /// takes for the next minute, the fraction must be nought.
  static func appendTimestamp(_ value: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes)
    throws(Misfit)
  {
    if parser.kind(value) == .string,
      unsafe parser.withText(value, { PlainMoment.isPlain(unsafe Span(_unsafeElements: $0)) })
    {
      return out.appendRaw(value, of: parser)
    }
    let text = parser.string(value)
    guard parser.kind(value).isString, text.utf8.count <= momentCountMax, let moment = Timestamp(text),
      moment.fraction.isEmpty || !text.utf8.dropFirst(17).starts(with: "60".utf8)
    else { throw Misfit(value, of: parser, isNo: "timestamptz") }
    out.append(0x22)
    out.append(text.replacing(",", with: "."))
    // A day alone is its first moment.
    if text.utf8.count == 10 { out.append("T00:00:00Z") } else if !moment.hasOffset { out.append("Z") }
    out.append(0x22)
  }
  /// PostgreSQL reads up to 128 bytes; digits of a fraction beyond these say nothing that it keeps.
  /// Source: MAXDATELEN of its datetime.h.
  private static let momentCountMax = 100
}
