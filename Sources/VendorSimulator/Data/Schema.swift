/// The properties of a set and their types, inferred from its records.
struct Schema: Sendable {
  struct Property: Equatable, Sendable {
    var name: String
    var type: PropertyType
    /// Some record has null for it, or does not have it.
    var isNullable: Bool
  }

  /// In the order in which the records bring them; the stamp last.
  let properties: [Property]
  private let types: [String: PropertyType]

  init(_ properties: [Property]) {
    self.properties = properties
    types = Dictionary(properties.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
  }

  /// The type of a property by its name; nil when no record has it.
  func type(of name: String) -> PropertyType? { types[name] }
}
