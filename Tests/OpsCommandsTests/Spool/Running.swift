import ArgumentParser
import TestSupport

@testable import OpsCommands

/// What a command printed and said, and how it would have ended.
struct Ran {
  var output: [String]
  var notes: [String]
  var status: Int32
}

/// Runs a command as its command line would; errors are thrown, exit codes are in the result.
func ran<Command: OpsCommand>(_ type: Command.Type, _ arguments: [String]) async throws -> Ran {
  let terminal = RecordingTerminal()
  var status: Int32 = 0
  do {
    try await type.parse(arguments).run(terminal: terminal)
  } catch let code as ExitCode {
    status = code.rawValue
  }
  return Ran(output: terminal.output, notes: terminal.notes, status: status)
}
