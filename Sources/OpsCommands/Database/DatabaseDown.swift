internal import ArgumentParser
internal import Control
internal import SystemPackage
internal import Telemetry

struct DatabaseDown: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "down",
    abstract: "Stop the private PostgreSQL; its data stays.",
    discussion: helpText(
      "Safe to call when it does not run.",
      examples: """
        weir db down
        weir db down --directory /tmp/try/pg
        """
    )
  )

  @OptionGroup var server: ServerFolder

  func run(terminal: any Terminal) async throws {
    let directory = try server.path()
    if try await !EmbeddedPostgres(directory: directory).down() { terminal.note("\(directory): no server runs there") }
  }
}
