internal import JSONText

extension RecordReader {
  /// Whether a filter lets the record at `place` through.
  ///
  /// Two-valued, as OData has it: a comparison with null is false, but for `eq null` and `ne`.
  mutating func matches(_ expression: FilterExpression, at place: Int) -> Bool {
    switch expression {
    case .compare(let property, let comparison, .null):
      let isNull = property.isStamp ? false : value(property, at: place).map { parser.isNull($0) } ?? true
      return switch comparison {
      case .eq: isNull
      case .ne: !isNull
      case .gt, .ge, .lt, .le: false
      }
    case .compare(let property, let comparison, let literal):
      return comparison.holds(order(of: property, beside: literal, at: place))
    case .isOneOf(let property, let literals):
      for literal in literals {
        if literal == .null {
          if matches(.compare(property, .eq, .null), at: place) { return true }
        } else if order(of: property, beside: literal, at: place) == 0 {
          return true
        }
      }
      return false
    case .isTrue(let property): return value(property, at: place).map { parser.kind($0) == .true } ?? false
    case .all(let parts):
      for part in parts where !matches(part, at: place) { return false }
      return true
    case .any(let parts):
      for part in parts where matches(part, at: place) { return true }
      return false
    case .not(let inner): return !matches(inner, at: place)
    }
  }

  /// How a property sorts beside a literal; nil when the record has null, nothing, or a value of another kind there.
  private mutating func order(of property: PropertyPath, beside literal: Literal, at place: Int) -> Int? {
    if property.isStamp { return Self.order(of: version.stamps[place].instant, beside: literal) }
    guard let node = value(property, at: place) else { return nil }
    let kind = parser.kind(node)
    switch literal {
    case .null: return nil
    case .boolean(let flag):
      guard kind == .true || kind == .false else { return nil }
      return (kind == .true ? 1 : 0) - (flag ? 1 : 0)
    case .number(let number):
      guard kind == .number else { return nil }
      return unsafe parser.withRaw(node) { unsafe number.order(of: Span(_unsafeElements: $0)) }
    case .string(let text):
      guard kind.isString else { return nil }
      return unsafe parser.withText(node) { unsafe ByteOrder.compare(Span(_unsafeElements: $0), text.span) }
    case .date, .instant:
      guard kind.isString else { return nil }
      return unsafe parser.withText(node) { unsafe Self.order(ofTime: Span(_unsafeElements: $0), beside: literal) }
    }
  }

  private static func order(ofTime text: Span<UInt8>, beside literal: Literal) -> Int? {
    (Instant(text) ?? Instant(date: text)).flatMap { order(of: $0, beside: literal) }
  }

  private static func order(of instant: Instant, beside literal: Literal) -> Int? {
    let other: Instant
    switch literal {
    case .instant(let instant): other = instant
    case .date(let midnight): other = midnight
    case .null, .boolean, .number, .string: return nil
    }
    return instant < other ? -1 : instant == other ? 0 : 1
  }
}
