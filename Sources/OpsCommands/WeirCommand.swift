public import ArgumentParser
internal import Glibc
internal import Spool
internal import Telemetry

/// `weir`: the face of the family. It runs the four programs, and shows and mends what they work on.
public struct WeirCommand: AsyncParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "weir",
    abstract: "Mirror a vendor's API into PostgreSQL, and look after the mirror.",
    discussion: helpText(
      "weir run does it all; every step of it is a command of its own, and all state is in the spool's folders.",
      examples: """
        weir db up && weir db migrate     the private PostgreSQL and its tables
        weir run                          every feed, parents before children
        weir run media --full --json      one feed, everything, results for a program
        weir status                       queues, last runs and watermarks
        weir serve                        run by itself, with an HTTP API
        weir audit                        prove that nothing disappeared
        weir report                       what matched, and how the vendor's records drift
        weir spool where NAME             where a segment is and what became of it
        weir fetch media | weir hash - | weir stage - | weir merge -
        """
    ),
    version: WeirVersion.current,
    groupedSubcommands: [
      CommandGroup(
        name: "Run",
        subcommands: [RunCommand.self, StatusCommand.self, LogsCommand.self, AuditCommand.self, ReportCommand.self]
      ),
      CommandGroup(
        name: "The service",
        subcommands: [
          ServeCommand.self, NowCommand.self, StartCommand.self, StopCommand.self, CancelCommand.self,
          HealthCommand.self,
          SettingsCommand.self, TokenCommand.self,
        ]
      ),
      CommandGroup(name: "Look inside", subcommands: [SpoolCommand.self, CheckCommand.self, KeysCommand.self]),
      CommandGroup(name: "The database", subcommands: [DatabaseCommand.self]),
      CommandGroup(
        name: "The stages by themselves",
        subcommands: [FetchCommand.self, HashCommand.self, StageCommand.self, MergeCommand.self]
      ),
    ]
  )

  public init() {}

  /// Parses the arguments of this process, runs what they name, and ends the process with its status.
  public static func runToExit() async -> Never {
    do {
      // Before anything is parsed: `weir fetch --help` is a question to weir-fetch.
      if let stage = CommandLine.arguments.dropFirst().first.flatMap(StageName.init) {
        try StageProcess.take(over: stage, arguments: Array(CommandLine.arguments.dropFirst(2)))
      }
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let error as any OperatorError {
      StandardTerminal().note("weir: error: \(error)")
      Glibc.exit(error.exitStatus.rawValue)
    } catch {
      exit(withError: error)
    }
    Glibc.exit(ExitStatus.success.rawValue)
  }
}
