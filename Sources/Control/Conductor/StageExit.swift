internal import Glibc
public import Spool
public import Telemetry

/// How one of the four processes ended.
public struct StageExit: Sendable, Equatable {
  public enum Ending: Sendable, Equatable {
    case exited(Int32)
    /// Ended by a signal, this one.
    case signalled(Int32)
    /// It could not be started; why.
    case notStarted(String)
    /// It ran, and how it ended is not known; why.
    case notSeen(String)
  }

  public var stage: StageName
  public var ending: Ending

  public init(_ stage: StageName, _ ending: Ending) {
    self.stage = stage
    self.ending = ending
  }

  public var isSuccess: Bool { ending == .exited(0) }

  /// The end of a program whose reader had gone: it says 69, or SIGPIPE has ended it.
  var isPipeBroken: Bool { ending == .exited(ExitStatus.unavailable.rawValue) || ending == .signalled(SIGPIPE) }

  /// The process whose failure is the cause: the first in pipe order, passing over those that only lost their reader
  /// to the failure of a later one. The exits come in pipe order; nil when all ended well.
  public static func culprit(of exits: [StageExit]) -> StageExit? {
    let failures = exits.filter { !$0.isSuccess }
    guard let last = failures.last else { return nil }
    return failures.first { !$0.isPipeBroken } ?? last
  }

  /// Why the feed failed, in the program's own words where `event` has any.
  public func reason(said event: StageEvent?) -> FeedOutcome.Reason {
    let program = ProgramFolder.name(of: stage)
    switch ending {
    case .exited(let number):
      let status = ExitStatus(rawValue: number) ?? .software
      guard let event, let message = event.message else {
        return .init(program: program, message: "exited with \(number) and did not say why", exitStatus: status)
      }
      return .init(program: program, message: message, next: event.next, exitStatus: status)
    case .signalled(let number):
      // A crash is a fault of ours; an end from outside (kill, out of memory) is not.
      let isCrash = [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP].contains(number)
      return .init(
        program: program,
        message: "was ended by signal \(number)",
        next: "run again: what it had not finished is in the spool",
        exitStatus: isCrash ? .software : .temporaryFailure
      )
    case .notStarted(let why):
      return .init(program: program, message: "could not be started: \(why)", exitStatus: .unavailable)
    case .notSeen(let why):
      return .init(
        program: program,
        message: "its end was not seen: \(why)",
        next: "run again: what it had not finished is in the spool",
        exitStatus: .temporaryFailure
      )
    }
  }
}
