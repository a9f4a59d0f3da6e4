internal import ArgumentParser
internal import Control
internal import Telemetry

struct DatabaseUp: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "up",
    abstract: "Start the private PostgreSQL, and print how to reach it.",
    discussion: helpText(
      "Makes its data folder the first time. Safe to call when it runs already.",
      examples: """
        weir db up
        psql -d "$(weir db up)"
        weir db up --directory /tmp/try/pg
        """
    )
  )

  @OptionGroup var server: ServerFolder

  func run(terminal: any Terminal) async throws {
    terminal.data(try await EmbeddedPostgres(directory: server.path()).up())
  }
}
