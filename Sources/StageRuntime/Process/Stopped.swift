public import Telemetry

/// The program ended before its work did, because somebody asked it to.
public struct Stopped: OperatorError, Equatable {
  public var message: String { "stopped on request" }
  public var hint: String? { "run it again; what is not done is still in the spool" }
  public var exitStatus: ExitStatus { .temporaryFailure }
}
