public import Telemetry

/// A feed was named that the pipeline does not have.
public struct UnknownFeed: OperatorError, Equatable {
  public var name: String
  /// The feeds there are, as written.
  public var known: [String]

  public var message: String { "there is no feed \"\(name)\" in the pipeline" }

  public var hint: String? {
    let all = "the feeds are \(known.joined(separator: ", "))"
    return Suggestion.nearest(to: name, among: known).map { "did you mean \"\($0)\"? \(all)" } ?? all
  }

  public var exitStatus: ExitStatus { .usage }
}
