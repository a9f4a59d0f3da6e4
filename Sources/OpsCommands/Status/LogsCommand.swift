internal import ArgumentParser
internal import Merging
internal import PipelineConfig
internal import Postgres
internal import Telemetry

struct LogsCommand: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs",
    abstract: "Show what past runs did, the newest first.",
    discussion: helpText(
      "Read from weir.sync_log in the database.",
      examples: """
        weir logs
        weir logs --feed media --limit 5
        weir logs --json | jq 'select(.status == "failed") | {feed, error}'
        """
    )
  )

  @Option(help: ArgumentHelp("Only this feed.", valueName: "feed"))
  var feed: String?

  @Option(help: ArgumentHelp("Most runs to show.", valueName: "runs"))
  var limit = 20

  @Flag(help: "Print one JSON object for each run, with every column.")
  var json = false

  @OptionGroup var config: ConfigOption

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit wants a number above 0") }
  }

  func run(terminal: any Terminal) async throws {
    let pipeline = try config.pipeline()
    if let feed { _ = try pipeline.feed(named: feed) }
    let target = pipeline.database.target
    let (feed, limit) = (feed, limit)
    let rows = try await offThePool { try SyncLog.latest(limit, feed: feed, in: target) }
    for line in json ? rows.map(\.json) : LogRow.table(rows) { terminal.data(line) }
  }
}
