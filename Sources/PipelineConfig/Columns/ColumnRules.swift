internal import JSONText

/// What a value of a column has to be beyond its type.
public struct ColumnRules: Equatable, Sendable {
  /// The smallest and the largest value, as the staged queue would hold them.
  public var least: String?
  public var most: String?
  /// Characters of a text (Unicode scalars, as PostgreSQL counts), bytes of a bytea, elements of an array.
  public var shortest: Int?
  public var longest: Int?
  /// A regular expression that is found somewhere in a text; `^` and `$` bind it to the ends.
  public var pattern: String?
  /// The only values there are: texts, or numbers as they are written.
  public var choices: [String]?

  /// More is a table of its own.
  static let choicesMax = 1000
  /// Nobody counts further, and PostgreSQL's own varchar ends sooner.
  static let lengthMax = 10_485_760

  var areNone: Bool { self == Self.none }
  private static let none = ColumnRules()
}

extension ColumnRules {
  /// Looks at a value and at what the staged queue holds of it.
  func check(
    _ value: JSONNode,
    of parser: borrowing JSONParser,
    staged: String,
    as type: ColumnType
  ) throws(Misfit) {
    if let least, type.compare(staged, least) < 0 {
      throw Misfit("\(Misfit.shown(value, of: parser)) is less than \(least)", nearest: least)
    }
    if let most, type.compare(staged, most) > 0 {
      throw Misfit("\(Misfit.shown(value, of: parser)) is more than \(most)", nearest: most)
    }
    if shortest != nil || longest != nil { try checkLength(value, of: parser, staged: staged, as: type) }
    if let choices { try checkChoice(value, of: parser, staged: staged, as: type, among: choices) }
  }

  private func checkLength(
    _ value: JSONNode,
    of parser: borrowing JSONParser,
    staged: String,
    as type: ColumnType
  ) throws(Misfit) {
    let length =
      switch type {
      case .text: parser.string(value).unicodeScalars.count
      // "\\x6869": quotes, backslash escaped, x, and two digits a byte.
      case .bytea: (staged.utf8.count - 5) / 2
      case .textArray: TextArray.elements(of: value, in: parser).count
      default: 0
      }
    let unit = type.lengthUnit ?? ""
    if let shortest, length < shortest {
      throw Misfit("\(Misfit.shown(value, of: parser)) has \(length) \(unit), fewer than \(shortest)")
    }
    if let longest, length > longest {
      let nearest = type == .text ? JSONText.quoted(Self.cut(parser.string(value), to: longest)) : nil
      throw Misfit("\(Misfit.shown(value, of: parser)) has \(length) \(unit), more than \(longest)", nearest: nearest)
    }
  }

  private static func cut(_ text: String, to length: Int) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(length)))
  }

  private func checkChoice(
    _ value: JSONNode,
    of parser: borrowing JSONParser,
    staged: String,
    as type: ColumnType,
    among choices: [String]
  ) throws(Misfit) {
    let isOne =
      switch type {
      case .text:
        { (text: String) in choices.contains { $0.utf8.elementsEqual(text.utf8) } }(parser.string(value))
      case .textArray:
        TextArray.elements(of: value, in: parser).allSatisfy { element in
          element.map { text in choices.contains { $0.utf8.elementsEqual(text.utf8) } } ?? true
        }
      default: choices.contains { DecimalOrder.compare($0, staged) == 0 }
      }
    guard isOne else { throw Misfit("\(Misfit.shown(value, of: parser)) is not one of the column's values") }
  }
}

extension ColumnType {
  /// The order of two values as the staged queue holds them.
  func compare(_ left: String, _ right: String) -> Int {
    if isNumber { return DecimalOrder.compare(left, right) }
    let (a, b) = (ordered(left), ordered(right))
    if a.utf8.elementsEqual(b.utf8) { return 0 }
    return a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
  }

  /// Moments by the instant that they are; days and times sort as they are written.
  private func ordered(_ staged: String) -> String {
    guard self == .timestamptz else { return staged }
    return VersionOrder.normalise(String(staged.dropFirst().dropLast()), type: .timestamp) ?? staged
  }
}
