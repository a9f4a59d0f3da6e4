internal import JSONText

/// One object of a rules document while it is read: hands out members by name and refuses those that nobody asked for,
/// since a rule that is misspelled and passed over makes a test that cannot fail.
struct RulesObject {
  /// Where the object is, for messages: `faults[2].when`.
  let path: String
  private let members: [JSONMember]
  private var known: Set<String> = []

  /// - Throws: ``VendorError``: the value is not an object, or has a name twice.
  init(_ value: JSONValue, at path: String) throws(VendorError) {
    guard case .object(let members) = value else { throw .badRules(path: path, why: "is not an object") }
    guard Set(members.map(\.name)).count == members.count else {
      throw .badRules(path: path, why: "has a member twice")
    }
    (self.path, self.members) = (path, members)
  }

  /// Names in the order of the text.
  var names: [String] { members.map(\.name) }

  func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  func problem(_ name: String, _ why: String) -> VendorError { .badRules(path: place(name), why: why) }

  /// A member's value; nil when it is not there or null.
  mutating func value(_ name: String) -> JSONValue? {
    known.insert(name)
    guard let value = members.first(where: { $0.name == name })?.value, value != .null else { return nil }
    return value
  }

  mutating func text(_ name: String) throws(VendorError) -> String? {
    guard let value = value(name) else { return nil }
    guard case .string(let text) = value else { throw problem(name, "is not a text") }
    return text
  }

  mutating func required(_ name: String) throws(VendorError) -> String {
    guard let text = try text(name), !text.isEmpty else { throw problem(name, "is missing or empty") }
    return text
  }

  mutating func bool(_ name: String) throws(VendorError) -> Bool? {
    guard let value = value(name) else { return nil }
    guard case .bool(let bool) = value else { throw problem(name, "is neither true nor false") }
    return bool
  }

  mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(VendorError) -> Int? {
    guard let value = value(name) else { return nil }
    guard let number = value.integer, range.contains(number) else {
      throw problem(name, "is not a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  mutating func number(_ name: String, in range: ClosedRange<Double>) throws(VendorError) -> Double? {
    guard let value = value(name) else { return nil }
    guard case .number(let text) = value, let number = Double(text), range.contains(number) else {
      throw problem(name, "is not a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A number of seconds, with a fraction or without.
  mutating func seconds(_ name: String, most: Double = 86_400) throws(VendorError) -> Duration? {
    try number(name, in: 0...most).map { .milliseconds(Int64($0 * 1000)) }
  }

  mutating func pointer(_ name: String) throws(VendorError) -> JSONPointer? {
    guard let text = try text(name) else { return nil }
    do throws(JSONError) { return try JSONPointer(text) } catch { throw problem(name, error.message) }
  }

  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String,
    of type: Choice.Type
  ) throws(VendorError) -> Choice? {
    guard let text = try text(name) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      throw problem(name, "is \"\(text)\", not one of: \(type.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return choice
  }

  mutating func object(_ name: String) throws(VendorError) -> RulesObject? {
    guard let value = value(name) else { return nil }
    return try RulesObject(value, at: place(name))
  }

  /// The elements of an array; nil when it is not there.
  mutating func elements(_ name: String) throws(VendorError) -> [JSONValue]? {
    guard let value = value(name) else { return nil }
    guard case .array(let elements) = value else { throw problem(name, "is not an array") }
    return elements
  }

  mutating func texts(_ name: String) throws(VendorError) -> [String]? {
    guard let elements = try elements(name) else { return nil }
    let texts = elements.compactMap(\.text)
    guard texts.count == elements.count else { throw problem(name, "is not an array of texts") }
    return texts
  }

  /// One number or an array of them.
  mutating func integers(_ name: String, in range: ClosedRange<Int>) throws(VendorError) -> [Int]? {
    guard let value = value(name) else { return nil }
    let elements = if case .array(let elements) = value { elements } else { [value] }
    let numbers = elements.compactMap(\.integer).filter(range.contains)
    guard numbers.count == elements.count, !numbers.isEmpty else {
      throw problem(name, "is neither a number from \(range.lowerBound) to \(range.upperBound) nor an array of them")
    }
    return numbers
  }

  /// - Throws: ``VendorError`` that names a member which nobody asked for.
  func finish() throws(VendorError) {
    guard let stranger = names.first(where: { !known.contains($0) }) else { return }
    throw problem(stranger, "is not known here; there are: \(known.sorted().joined(separator: ", "))")
  }
}
