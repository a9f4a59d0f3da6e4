internal import ArgumentParser
internal import JSONText
internal import PipelineConfig
internal import Postgres
internal import Telemetry

struct LogsCommand: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs",
    abstract: "Show what past runs did, the newest first.",
    discussion: helpText(
      "Read from weir.sync_log in the database; with --url, or WEIR_URL, asked of the running service there.",
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

  @OptionGroup var service: ServiceOption

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit wants a number above 0") }
  }

  func run(terminal: any Terminal) async throws {
    if service.isNamed { return try await ask(terminal) }
    let pipeline = try service.config.pipeline()
    if let feed { _ = try pipeline.feed(named: feed) }
    let target = pipeline.database.target
    let (feed, limit) = (feed, limit)
    let rows = try await offThePool { try SyncLog.latest(limit, feed: feed, in: target) }
    for line in json ? rows.map(\.json) : LogRow.table(rows) { terminal.data(line) }
  }

  private func ask(_ terminal: any Terminal) async throws {
    let data = try await service.client().ask("GET", "/admin/sync/logs", query: [("limit", String(min(limit, 500)))])
    guard case .array(let all)? = data["logs"] else { return }
    let rows = all.filter { feed == nil || $0["feed"]?.text == feed }
    terminal.data(lines: json ? rows.map(\.encoded) : ServiceTexts.logs(rows))
  }
}
