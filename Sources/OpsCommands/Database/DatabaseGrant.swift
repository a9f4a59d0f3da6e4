internal import ArgumentParser
internal import Merging
internal import PipelineConfig
internal import Postgres
internal import Telemetry

struct DatabaseGrant: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "grant",
    abstract: "Allow a role what weir-merge needs, and no more.",
    discussion: helpText(
      """
      For two roles: one owns the tables and runs weir db migrate, index and grant; the other merges, and is the one in \
      database.url at all other times. It may read and write rows of the feeds' tables and of the schema weir, and make \
      tables of its own in that schema.

      Prints each statement. Safe to run again; to be run again when a feed or a table is new.
      """,
      examples: """
        psql -c 'CREATE ROLE weir_merge LOGIN'
        DATABASE_URL=postgresql://owner@db/homes weir db grant weir_merge
        weir db grant weir_merge --dry-run
        """
    )
  )

  @Argument(help: ArgumentHelp("The role that merges.", valueName: "role"))
  var role: String

  @Flag(help: "Print what would be granted, and grant nothing.")
  var dryRun = false

  @OptionGroup var config: ConfigOption

  func run(terminal: any Terminal) async throws {
    let grants = MergeGrants(try config.pipeline(), role: role)
    let statements = try await offThePool { [dryRun] in try grants.apply(isDry: dryRun) }
    for statement in statements { terminal.data("\(statement);") }
  }
}
