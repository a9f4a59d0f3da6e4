internal import JSONText

/// A value of the file with its place, and the questions a parser may put to it.
///
/// Every question answers nil when the value does not fit, having said why.
struct ConfigValue {
  let json: JSONValue
  let path: ConfigPath
  let context: ConfigContext

  init(_ json: JSONValue, path: ConfigPath, context: ConfigContext) {
    self.json = json
    self.path = path
    self.context = context
  }

  func problem(_ message: String) { context.problem(at: path, message) }

  /// The object, its members to be asked for one by one.
  func object() -> ConfigObject? {
    guard case .object(let members) = json else { return mismatch("an object") }
    return ConfigObject(members, path: path, context: context)
  }

  func array() -> [ConfigValue]? {
    guard case .array(let elements) = json else { return mismatch("an array") }
    return elements.enumerated().map { ConfigValue($1, path: path.index($0), context: context) }
  }

  /// The text with `${NAME}` replaced.
  func text() -> ConfigText? {
    guard case .string(let written) = json else { return mismatch("a string") }
    return replaced(written)
  }

  /// Text that says something.
  func nonEmptyText() -> ConfigText? {
    guard let text = text() else { return nil }
    if text.value.isEmpty {
      problem("is empty")
      return nil
    }
    return text
  }

  func boolean() -> Bool? {
    switch json {
    case .bool(let value):
      return value
    case .string(let written) where EnvironmentText.hasReference(written):
      guard let text = replaced(written) else { return nil }
      if let value = Bool(text.value) { return value }
      problem("\(text.shown) is neither true nor false")
      return nil
    default:
      return mismatch("true or false")
    }
  }

  /// A whole number within bounds; `unit` is what it counts, for the message.
  func integer(in bounds: ClosedRange<Int>, _ unit: String) -> Int? {
    guard let text = numberText() else { return nil }
    guard let number = Int(text.value) else {
      problem("\(text.shown) is not a whole number")
      return nil
    }
    return within(bounds, number, "\(bounds.lowerBound)...\(bounds.upperBound) \(unit)", text)
  }

  func number(in bounds: ClosedRange<Double>, _ unit: String) -> Double? {
    guard let text = numberText() else { return nil }
    guard let number = Double(text.value), number.isFinite else {
      problem("\(text.shown) is not a number")
      return nil
    }
    return within(bounds, number, "\(bounds.lowerBound)...\(bounds.upperBound) \(unit)", text)
  }

  /// A length of time: `"500ms"`, `"30s"`, `"10m"`, `"24h"`, `"7d"`.
  func duration(in bounds: ClosedRange<Duration>) -> Duration? {
    guard let text = text() else { return nil }
    guard let duration = Quantity.duration(text.value) else {
      problem("\(text.shown) is not a length of time such as \"30s\", \"10m\", \"24h\" or \"7d\"")
      return nil
    }
    return within(
      bounds,
      duration,
      "\(Quantity.text(bounds.lowerBound))...\(Quantity.text(bounds.upperBound))",
      text
    )
  }

  /// A number of bytes: `"64KiB"`, `"16MiB"`, `"2GiB"`, or a plain number.
  func byteCount(in bounds: ClosedRange<Int>) -> Int? {
    let text: ConfigText?
    if case .number(let digits) = json { text = ConfigText(digits) } else { text = self.text() }
    guard let text else { return nil }
    guard let count = Quantity.byteCount(text.value) else {
      problem("\(text.shown) is not a size such as \"64KiB\", \"16MiB\" or \"2GiB\"")
      return nil
    }
    return within(bounds, count, "\(Quantity.text(bounds.lowerBound))...\(Quantity.text(bounds.upperBound))", text)
  }

  /// One of the words of an enum.
  func choice<Choice: CaseIterable & RawRepresentable<String>>(of type: Choice.Type) -> Choice? {
    guard let text = text() else { return nil }
    if let choice = Choice(rawValue: text.value) { return choice }
    let words = Choice.allCases.map(\.rawValue)
    let suggestion = Suggestion.asking(for: text.value, among: words)
    problem("\(text.shown) is not one of: \(words.joined(separator: ", "))\(suggestion)")
    return nil
  }

  /// Texts that all say something and are all different.
  func distinctTexts() -> [ConfigText]? {
    guard let elements = array() else { return nil }
    var seen: Set<[UInt8]> = []
    var texts: [ConfigText] = []
    for element in elements {
      guard let text = element.nonEmptyText() else { continue }
      if seen.insert(Array(text.value.utf8)).inserted {
        texts.append(text)
      } else {
        element.problem("\(text.shown) is given twice")
      }
    }
    return texts
  }
}

extension ConfigValue {
  /// The digits of a number; also those that the environment gives, since it has nothing but text.
  private func numberText() -> ConfigText? {
    switch json {
    case .number(let digits): ConfigText(digits)
    case .string(let written) where EnvironmentText.hasReference(written): replaced(written)
    default: mismatch("a number")
    }
  }

  private func replaced(_ written: String) -> ConfigText? {
    do throws(EnvironmentText.Failure) {
      return try EnvironmentText.replace(written, from: context.environment)
    } catch {
      problem(error.message)
      return nil
    }
  }

  private func within<Value: Comparable>(
    _ bounds: ClosedRange<Value>,
    _ value: Value,
    _ boundsText: String,
    _ text: ConfigText
  ) -> Value? {
    if bounds.contains(value) { return value }
    problem("\(text.shown) is outside \(boundsText)")
    return nil
  }

  private func mismatch<Wanted>(_ wanted: String) -> Wanted? {
    problem("should be \(wanted), and is \(kind)")
    return nil
  }

  private var kind: String {
    switch json {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
