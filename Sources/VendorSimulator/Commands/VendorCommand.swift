public import ArgumentParser
internal import Glibc
internal import Telemetry

/// `weir-vendor`: a vendor to practise on.
public struct VendorCommand: AsyncParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "weir-vendor",
    abstract: "A vendor to practise on: serves records over OData and REST in seven dialects.",
    discussion: """
      EXAMPLES
        weir-vendor serve --homes 2000 --hotels 1000 --cars 5000 --token practice
        weir-vendor advance --token practice
        weir-vendor rules --token practice limits.json
        weir-vendor log --token practice --summary | jq .highest_in
        weir-vendor make cars --count 200000 --seed 1 > cars.ndjson

      \(ExitStatus.helpSection)
      """,
    version: WeirVersion.current,
    subcommands: [
      ServeCommand.self, AdvanceCommand.self, RulesCommand.self, LogCommand.self, EditCommand.self,
      MakeCommand.self,
    ]
  )

  public init() {}

  /// Runs the program with its command line and ends the process with the exit status that the outcome has.
  public static func runProgram() async -> Never {
    // A reader that went away is an error of the write, and for make no error at all.
    _ = signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      Glibc.exit(ExitStatus.success.rawValue)
    } catch {
      // What the parser itself says, help included, has its own form and its own statuses, 0 and 64.
      if !(error is any OperatorError), exitCode(for: error) != .failure { exit(withError: error) }
      StandardTerminal().note("weir-vendor: error: \(error)")
      Glibc.exit(ExitStatus(for: error).rawValue)
    }
  }
}
