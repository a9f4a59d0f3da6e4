internal import FoundationEssentials
internal import JSONText

/// The query of a URL, held against what its route takes.
struct Query: Sendable {
  private(set) var values: [String: String] = [:]

  /// - Throws: ``Problem``: a parameter that the route does not have, one that is given twice, or a value that it does not take.
  init(_ text: String?, of route: Route) throws(Problem) {
    for part in (text ?? "").split(separator: "&") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decoded(sides[0]), let value = Self.decoded(sides.count == 2 ? sides[1] : "") else {
        throw .badParameter("the query of the URL is not well encoded")
      }
      guard !route.takesAnyQuery else {
        values[name] = value
        continue
      }
      guard let parameter = route.query.first(where: { $0.name == name }) else {
        let known = route.query.map(\.name).joined(separator: ", ")
        throw .badParameter(
          "\(route.path) takes no parameter of this name: \(name.prefix(40).debugDescription)",
          next: known.isEmpty ? "it takes none" : "it takes \(known)"
        )
      }
      guard values[name] == nil else { throw .badParameter("\(name) is given twice") }
      guard parameter.schema.takes(value) else {
        throw .badParameter("\(name) is not right: \(value.prefix(40).debugDescription)", next: parameter.about)
      }
      values[name] = value
    }
  }

  subscript(name: String) -> String? { values[name] }

  func integer(_ name: String, default number: Int) -> Int { values[name].flatMap { Int($0) } ?? number }

  /// `limit` and `offset`, as every list has them.
  var page: (limit: Int, offset: Int) { (integer("limit", default: 50), integer("offset", default: 0)) }

  private static func decoded(_ text: Substring) -> String? {
    let spaced = text.contains("+") ? Substring(text.map { $0 == "+" ? " " : String($0) }.joined()) : text
    guard let decoded = PercentText.decoded(spaced), !decoded.utf8.contains(0) else { return nil }
    return decoded
  }
}

extension Schema {
  /// Whether a parameter's text is a value of this kind.
  func takes(_ text: String) -> Bool {
    switch self {
    case .integer(let min, let max):
      // Digits and a minus alone: what Int takes beside, a plus, JSON does not know.
      guard let number = Int(text), !text.hasPrefix("+") else { return false }
      return number >= min ?? .min && number <= max ?? .max
    case .flag: return text == "true" || text == "false"
    case .words(let words): return words.contains(text)
    case .pattern(let pattern):
      guard let whole = try? Regex(pattern) else { preconditionFailure("a pattern that is none") }
      return text.utf8.count <= 1000 && text.wholeMatch(of: whole) != nil
    default: return true
    }
  }
}
