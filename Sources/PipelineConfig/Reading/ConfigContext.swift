/// What one reading of a configuration file shares: the environment it may draw on, and what is wrong so far.
final class ConfigContext {
  let environment: [String: String]
  private(set) var problems: [ConfigProblem] = []

  init(environment: [String: String]) { self.environment = environment }

  func problem(at path: ConfigPath, _ message: String) {
    problems.append(ConfigProblem(path.description, message))
  }
}

/// Where in the file a value stands: `feeds.idx.key[1]`.
struct ConfigPath: CustomStringConvertible {
  static let root = ConfigPath(description: "")

  let description: String

  func member(_ name: String) -> ConfigPath {
    let isPlain = !name.isEmpty && name.allSatisfy { $0.isLetter || $0.isNumber || "_-$".contains($0) }
    guard isPlain else { return ConfigPath(description: "\(description)[\(name.debugDescription)]") }
    return ConfigPath(description: description.isEmpty ? name : "\(description).\(name)")
  }

  func index(_ index: Int) -> ConfigPath { ConfigPath(description: "\(description)[\(index)]") }
}
