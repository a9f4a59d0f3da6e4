internal import JSONText

/// A column's pattern, made ready for matching. Not shared between tasks, so every worker compiles its own.
public struct ColumnPattern {
  private let regex: Regex<AnyRegexOutput>
  private let text: String

  /// Nil when the text is no regular expression as Swift reads them.
  public init?(_ text: String) {
    guard let regex = try? Regex(text) else { return nil }
    // By scalars, as PostgreSQL and every other regular expression counts; a letter and its accent are two.
    self.regex = regex.matchingSemantics(.unicodeScalar)
    self.text = text
  }

  func check(_ value: JSONNode, of parser: borrowing JSONParser) throws(Misfit) {
    guard (try? regex.firstMatch(in: parser.string(value))) != nil else {
      throw Misfit("\(Misfit.shown(value, of: parser)) does not match \(text)")
    }
  }
}
