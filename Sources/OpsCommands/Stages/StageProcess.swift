internal import Control
internal import Glibc
internal import Spool
internal import SystemPackage
internal import Telemetry

/// Puts the program of a stage in the place of this process: same id, same streams, same signals.
enum StageProcess {
  /// - Throws: When the program is not there or the system refuses; else it does not return.
  static func take(over stage: StageName, arguments: [String]) throws -> Never {
    let program = try ProgramFolder.beside().program(stage)
    var pointers = unsafe ([program.string] + arguments).map { unsafe strdup($0) }
    unsafe pointers.append(nil)
    unsafe execv(program.string, pointers)
    throw ReplaceError(program: program, errno: Errno(rawValue: errno))
  }
}

/// The system did not put the program in our place.
struct ReplaceError: OperatorError {
  var program: FilePath
  var errno: Errno

  var message: String { "\(program): cannot be run: \(errno)" }
  var exitStatus: ExitStatus { .unavailable }
}
