/// Reads a `$filter` by OData's precedence: comparisons and `in`, then `not`, then `and`, then `or`.
///
/// Source: OData 4.01 URL Conventions, §5.1.1.
struct FilterParser {
  /// Parentheses and `not` inside each other; more is a mistake or an attack, and would cost stack.
  static let depthMax = 100

  private let tokens: [FilterToken]
  private let version: SetVersion
  private var at = 0
  private var depth = 0

  /// - Throws: ``Refusal``: 400 for what OData does not allow, 501 for what it allows and this vendor does not do.
  static func parse(_ text: String, in version: SetVersion) throws(Refusal) -> FilterExpression {
    var parser = FilterParser(tokens: try FilterLexer.tokens(of: text), version: version)
    let expression = try parser.anyOf()
    if let left = parser.peek { throw parser.unexpected(left) }
    return expression
  }

  private init(tokens: [FilterToken], version: SetVersion) {
    self.tokens = tokens
    self.version = version
  }

  private var peek: FilterToken? { at < tokens.count ? tokens[at] : nil }

  private mutating func take(_ token: FilterToken) -> Bool {
    guard peek == token else { return false }
    at += 1
    return true
  }

  private mutating func anyOf() throws(Refusal) -> FilterExpression {
    var parts = [try allOf()]
    while take(.word("or")) { parts.append(try allOf()) }
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  private mutating func allOf() throws(Refusal) -> FilterExpression {
    var parts = [try term()]
    while take(.word("and")) { parts.append(try term()) }
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  private mutating func term() throws(Refusal) -> FilterExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthMax else { throw .badRequest("$filter: nested deeper than \(Self.depthMax)") }
    if take(.word("not")) { return .not(try term()) }
    if take(.open) {
      let inner = try anyOf()
      try expect(.close, "a closing parenthesis")
      return inner
    }
    return try comparison()
  }

  private mutating func comparison() throws(Refusal) -> FilterExpression {
    switch peek {
    case .literal(let literal)?:
      at += 1
      let comparison = try comparisonOperator()
      return try compare(try property(), comparison.mirrored, literal)
    case .word?:
      let property = try property()
      if take(.word("in")) { return .isOneOf(property, try list(for: property)) }
      guard case .word(let word)? = peek, word != "and", word != "or" else {
        guard property.type == .boolean || property.type == .untyped else {
          throw .badRequest("$filter: '\(property.text)' is not a boolean; compare it with something")
        }
        return .isTrue(property)
      }
      let comparison = try comparisonOperator()
      return try compare(property, comparison, try literal())
    case let token: throw unexpected(token)
    }
  }

  private func compare(
    _ property: PropertyPath,
    _ comparison: Comparison,
    _ literal: Literal
  ) throws(Refusal) -> FilterExpression {
    try check(literal, fits: property)
    return .compare(property, comparison, literal)
  }

  private mutating func property() throws(Refusal) -> PropertyPath {
    guard case .word(let word)? = peek else { throw unexpected(peek) }
    at += 1
    if peek == .open { throw .notImplemented("$filter: the function '\(word)' is not supported") }
    return try PropertyPath(word, in: version)
  }

  private mutating func comparisonOperator() throws(Refusal) -> Comparison {
    guard case .word(let word)? = peek else { throw unexpected(peek) }
    guard let comparison = Comparison(rawValue: word) else {
      if ["has", "add", "sub", "mul", "div", "divby", "mod"].contains(word) {
        throw .notImplemented("$filter: the operator '\(word)' is not supported")
      }
      throw unexpected(peek)
    }
    at += 1
    return comparison
  }

  private mutating func literal() throws(Refusal) -> Literal {
    switch peek {
    case .literal(let literal)?:
      at += 1
      return literal
    case .word?: throw .notImplemented("$filter: comparing two properties is not supported")
    case let token: throw unexpected(token)
    }
  }

  private mutating func list(for property: PropertyPath) throws(Refusal) -> [Literal] {
    try expect(.open, "an opening parenthesis after 'in'")
    var values: [Literal] = []
    repeat {
      let value = try literal()
      try check(value, fits: property)
      values.append(value)
    } while take(.comma)
    try expect(.close, "a closing parenthesis")
    return values
  }

  private func check(_ literal: Literal, fits property: PropertyPath) throws(Refusal) {
    guard literal.fits(property.type) else {
      throw .badRequest(
        "$filter: '\(property.text)' is \(property.type.edmName) and cannot be compared with \(literal.kindName)"
      )
    }
  }

  private mutating func expect(_ token: FilterToken, _ name: String) throws(Refusal) {
    guard take(token) else { throw .badRequest("$filter: expected \(name), found \(describe(peek))") }
  }

  private func unexpected(_ token: FilterToken?) -> Refusal { .badRequest("$filter: unexpected \(describe(token))") }

  private func describe(_ token: FilterToken?) -> String {
    switch token {
    case nil: "end"
    case .open?: "'('"
    case .close?: "')'"
    case .comma?: "','"
    case .word(let word)?: "'\(word)'"
    case .literal(let literal)?: literal.kindName
    }
  }
}
