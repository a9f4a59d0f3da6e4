internal import ArgumentParser
internal import Glibc
internal import Telemetry

/// A command of `weir`: parsed by ArgumentParser, tested with a terminal that records.
///
/// What was asked for is data on standard output, everything said to a person a note on standard error.
protocol OpsCommand: AsyncParsableCommand {
  func run(terminal: any Terminal) async throws
}

extension OpsCommand {
  /// Runs at the real terminal, and turns an error into one line and an exit status.
  func run() async throws {
    // A reader that has gone is an error of the write, which says more than a death by signal.
    signal(SIGPIPE, SIG_IGN)
    let terminal = StandardTerminal()
    do {
      try await run(terminal: terminal)
    } catch let error as ExitCode {
      throw error
    } catch let error as ValidationError {
      throw error
    } catch {
      terminal.note("weir: error: \(error)")
      throw ExitCode(ExitStatus(for: error))
    }
  }
}

extension ExitCode {
  init(_ status: ExitStatus) { self.init(status.rawValue) }
}

/// The end of every help text: examples, then what the command may exit with.
func helpText(_ text: String = "", examples: String) -> String {
  let indented = examples.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
  return [text, "EXAMPLES\n\(indented)", ExitStatus.helpSection].filter { !$0.isEmpty }.joined(separator: "\n\n")
}
