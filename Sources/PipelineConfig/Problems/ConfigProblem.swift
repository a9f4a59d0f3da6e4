/// One thing wrong with `pipeline.json`, addressed so that it is found at once.
public struct ConfigProblem: Equatable, Sendable, CustomStringConvertible {
  /// Where: `feeds.idx.key[1]`; empty when the file as a whole is meant.
  public var path: String
  /// What is wrong there and what would be right; one line, never a value that came from the environment.
  public var message: String

  public init(_ path: String, _ message: String) {
    self.path = path
    self.message = message
  }

  public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}
