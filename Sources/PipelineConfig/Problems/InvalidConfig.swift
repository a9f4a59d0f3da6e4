public import Telemetry

/// Every problem of the file at once: a person corrects them in one pass, not one run each.
public struct InvalidConfig: OperatorError, Equatable {
  /// The file's name, as it begins each line.
  public var file: String
  /// In the order of reading; never empty.
  public var problems: [ConfigProblem]

  public init(file: String = "pipeline.json", _ problems: [ConfigProblem]) {
    self.file = file
    self.problems = problems
  }

  /// A line that counts, then a line for each problem: the one error of the family that needs more than one line.
  public var message: String {
    let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
    return (["\(file): \(count)"] + problems.map { "\(file): \($0)" }).joined(separator: "\n")
  }

  public var description: String { message }

  public var exitStatus: ExitStatus { .config }
}
