internal import ArgumentParser
internal import Merging
internal import PipelineConfig
internal import Postgres
internal import SystemPackage
internal import Telemetry

struct DatabaseMigrate: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate",
    abstract: "Apply the numbered SQL files that the database does not have yet.",
    discussion: helpText(
      "Prints each file that it applies. Each is one transaction; a file that was applied may not change any more.",
      examples: """
        weir db migrate
        weir db migrate --directory deploy/sql
        """
    )
  )

  @Option(help: ArgumentHelp("The folder of migrations, whatever pipeline.json says.", valueName: "folder"))
  var directory: String?

  @OptionGroup var config: ConfigOption

  func run(terminal: any Terminal) async throws {
    let database = try config.pipeline().database
    let folder = directory.map { FilePath($0) } ?? database.migrations
    let applied = try await offThePool {
      var connection = try Connection(to: database.target, applicationName: "weir db migrate")
      return try Migrator(schema: database.schema).apply(directory: folder, on: &connection)
    }
    for file in applied { terminal.data(file) }
    if applied.isEmpty { terminal.note("\(folder): nothing new") }
  }
}
