internal import JSONText

/// An object of the file. Knows which of its members were asked for, so that one nobody asks for is a problem.
///
/// The parser itself is thereby the list of settings there are: nothing to keep in step with it.
final class ConfigObject {
  let path: ConfigPath
  let context: ConfigContext
  private let members: [JSONMember]
  private var asked: [String] = []

  init(_ members: [JSONMember], path: ConfigPath, context: ConfigContext) {
    self.path = path
    self.context = context
    self.members = members
    reportRepeatedNames()
  }

  /// Every member in the order of the file: for objects whose names are the user's own.
  var entries: [(name: String, value: ConfigValue)] {
    members.map { ($0.name, ConfigValue($0.value, path: path.member($0.name), context: context)) }
  }

  /// The setting of this name; nil when it is not given.
  subscript(name: String) -> ConfigValue? {
    if !asked.contains(name) { asked.append(name) }
    guard let member = members.last(where: { $0.name == name }) else { return nil }
    return ConfigValue(member.value, path: path.member(name), context: context)
  }

  /// The setting of this name; a problem when it is not given.
  func required(_ name: String) -> ConfigValue? {
    if let value = self[name] { return value }
    context.problem(at: path.member(name), "is missing")
    return nil
  }

  /// Call it when all settings have been asked for.
  func reportUnknown() {
    for member in members where !asked.contains(member.name) {
      let nearest = Suggestion.nearest(to: member.name, among: asked)
      let advice = nearest.map { "did you mean \"\($0)\"?" } ?? "here may stand: \(asked.joined(separator: ", "))"
      context.problem(at: path.member(member.name), "unknown setting; \(advice)")
    }
  }

  /// JSON lets a name stand twice and keeps the last; a person who wrote both did not mean that.
  private func reportRepeatedNames() {
    var seen: Set<[UInt8]> = []
    for member in members where !seen.insert(Array(member.name.utf8)).inserted {
      context.problem(at: path.member(member.name), "is given twice")
    }
  }
}
