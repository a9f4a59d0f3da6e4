internal import JSONText
internal import PipelineConfig

extension ColumnType {
  /// Whole numbers, also written as strings or with a fraction of zeros: vendors disagree about quoting ids.
  static func appendInteger(
    _ value: JSONNode,
    of parser: borrowing JSONParser,
    within bounds: ClosedRange<Int>,
    _ name: String,
    to out: inout OutputBytes
  ) throws(Misfit) {
    guard isNumberOrString(value, parser) else { throw Misfit(value, of: parser, isNo: name) }
    let text = parser.string(value)
    guard let number = Int(text) ?? wholeNumber(text) else { throw Misfit(value, of: parser, isNo: name) }
    guard bounds.contains(number) else { throw Misfit("\(number) is outside the range of \(name)") }
    out.append(String(number))
  }

  /// `1125.0` and `1125.` followed by zeros; not `1125.5`, and nothing with an exponent.
  private static func wholeNumber(_ text: String) -> Int? {
    guard let point = text.firstIndex(of: "."), text[point...].dropFirst().allSatisfy({ $0 == "0" }),
      text.index(after: point) < text.endIndex
    else { return nil }
    return Int(text[..<point])
  }

  /// Decimal numbers with all their digits, also written as strings.
  static func appendNumeric(_ value: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes)
    throws(Misfit)
  {
    guard isNumberOrString(value, parser), let exponent = decimalExponent(parser.string(value)) else {
      throw Misfit(value, of: parser, isNo: "numeric")
    }
    guard abs(exponent) <= numericExponentMax else {
      throw Misfit(value, of: parser, isNo: "numeric that PostgreSQL can hold")
    }
    out.appendText(value, of: parser)
  }

  /// PostgreSQL's numeric has up to 131,072 digits before the point and 16,383 after it; no price comes near a tenth.
  private static let numericExponentMax = 1000

  /// Binary floating point; what is too large for it is refused rather than made infinite.
  static func appendDouble(_ value: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes) throws(Misfit)
  {
    let text = parser.string(value)
    guard isNumberOrString(value, parser), decimalExponent(text) != nil, let number = Double(text), number.isFinite,
      number != 0 || !text.prefix(while: { $0 != "e" && $0 != "E" }).contains(where: { "123456789".contains($0) })
    else { throw Misfit(value, of: parser, isNo: "double") }
    out.appendText(value, of: parser)
  }

  private static func isNumberOrString(_ value: JSONNode, _ parser: borrowing JSONParser) -> Bool {
    parser.kind(value) == .number || parser.kind(value).isString
  }

  /// The exponent of a text that is a number by JSON's own grammar; nil for any other text.
  private static func decimalExponent(_ text: String) -> Int? {
    guard case .number(let digits)? = try? JSONValue(parsing: text), digits == text else { return nil }
    guard let mark = text.firstIndex(where: { $0 == "e" || $0 == "E" }) else { return 0 }
    return Int(text[text.index(after: mark)...].trimmingPrefix("+"))
  }
}
