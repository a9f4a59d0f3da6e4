/// What every program of the family may exit with.
///
/// Scripts and supervisors read these, so a number, once given a meaning, keeps it; a number that is not here must be
/// treated as a failure. Source: sysexits(3), and 79 beyond it.
public enum ExitStatus: Int32, CaseIterable, Sendable {
  case success = 0
  case usage = 64
  case dataError = 65
  case noInput = 66
  case unavailable = 69
  case software = 70
  case ioError = 74
  case temporaryFailure = 75
  case permission = 77
  case config = 78
  /// Just beyond the last of sysexits(3), which has none for it.
  case targetMissed = 79

  /// What the number says, for a person; one line of every program's help.
  public var meaning: String {
    switch self {
    case .success: "everything asked for was done"
    case .usage: "the command line cannot be understood"
    case .dataError: "a record, a segment or an answer of the vendor has the wrong form; it was put aside or refused"
    case .noInput: "a file or segment that was named is not there"
    case .unavailable: "something this needs is missing or has ended, such as the program that reads its output"
    case .software: "a fault in this program"
    case .ioError: "the file system or a stream refused to read or write"
    case .temporaryFailure: "try again later; nothing was lost and nothing needs a person"
    case .permission: "a credential or a right was refused"
    case .config: "pipeline.json, the environment or the database's tables need to be corrected"
    case .targetMissed: "all was done, but not as fast or as well as the pipeline's acceptance targets want it"
    }
  }

  /// The table that ends every `--help`.
  public static var helpSection: String {
    let rows = allCases.map { status in
      let number = String(status.rawValue)
      return "  \(number)\(String(repeating: " ", count: 4 - number.count))\(status.meaning)"
    }
    return (["EXIT STATUS"] + rows).joined(separator: "\n")
  }

  /// The one place where an error becomes a number.
  ///
  /// An error that does not say what it means is a fault of ours: 70 makes it noticed.
  public init(for error: any Error) {
    self =
      switch error {
      case let error as any OperatorError: error.exitStatus
      case is CancellationError: .temporaryFailure
      default: .software
      }
  }
}

extension ExitStatus {
  /// Which of several outcomes a program should report when it went on after one: the one that most needs a person.
  ///
  /// A fault of ours comes first, then what must be corrected by hand, then what cures itself.
  public var severity: Int {
    switch self {
    case .success: 0
    case .targetMissed: 1
    case .temporaryFailure: 2
    case .unavailable: 3
    case .noInput: 4
    case .dataError: 5
    case .ioError: 6
    case .permission: 7
    case .config: 8
    case .usage: 9
    case .software: 10
    }
  }

  /// The more serious of two outcomes.
  public static func worse(_ left: Self, _ right: Self) -> Self { left.severity >= right.severity ? left : right }
}
