/// How a program speaks on standard error.
public enum LogFormat: String, CaseIterable, Sendable {
  /// Lines for a person.
  case text
  /// A ``StageEvent`` a line, for a program.
  case json
}
