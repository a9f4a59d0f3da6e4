internal import ArgumentParser
internal import Merging
internal import PipelineConfig
internal import Postgres
internal import Spool
internal import Staging
internal import Telemetry

struct ReportCommand: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Show how good each feed's data is: what matched, what was mended, how the vendor's records drift.",
    discussion: helpText(
      """
      MATCH is the share of the last run's records that the table had already with the same hash; what is new or has \
      changed is a mismatch. Below it stand, from the spool, the checks that the latest run met or not, the columns with values \
      that did not fit and were replaced, and the fields that came, changed and vanished since the first \
      run, the latest last, each with a sample of its value. When the database does not answer, what only it knows is left \
      out, a note says why, and the exit status is still 0: the rest is true.
      """,
      examples: """
        weir report
        weir report media
        weir report --json | jq -r '.feed as $f | .drift[] | [$f, .what, .field, .sample] | @tsv'
        """
    )
  )

  @Argument(help: ArgumentHelp("The feeds; all when none is named.", valueName: "feed"))
  var feeds: [String] = []

  @Flag(help: "Print one JSON object for each feed.")
  var json = false

  @OptionGroup var config: ConfigOption

  func run(terminal: any Terminal) async throws {
    let pipeline = try config.pipeline()
    let chosen = try feeds.isEmpty ? pipeline.feedsInOrder : feeds.map { try pipeline.feed(named: $0) }
    let spool = try Spool(root: pipeline.spool.path, allowsNetwork: pipeline.spool.allowsNetwork)
    var reports = try chosen.map { try FeedReport(of: $0, in: spool) }
    let target = pipeline.database.target
    do {
      let runs = try await offThePool { try SyncLog.lastCounts(in: target) }
      for index in reports.indices { reports[index].lastRun = runs[reports[index].feed.name] }
    } catch {
      terminal.note("the database does not answer: \(error)")
    }
    for report in reports {
      if json { terminal.data(report.json.text) } else { terminal.data(lines: report.lines) }
    }
  }
}
