/// An error that a person can act on.
///
/// It names its subject, says what happened in one line, and, where there is one, the next step.
public protocol OperatorError: Error, CustomStringConvertible {
  /// What happened and to what; one line, no final full stop.
  var message: String { get }
  /// What to do or to look at next; one line.
  var hint: String? { get }
  /// What a program that ends because of this exits with.
  var exitStatus: ExitStatus { get }
}

extension OperatorError {
  public var hint: String? { nil }

  /// The message and, when there is one, the next step, in one line.
  public var description: String { hint.map { "\(message); next: \($0)" } ?? message }
}
