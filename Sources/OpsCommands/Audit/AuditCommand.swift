internal import ArgumentParser
internal import PipelineConfig
internal import Postgres
internal import Spool
internal import Telemetry

struct AuditCommand: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Prove of a run that nothing disappeared.",
    discussion: helpText(
      """
      For each feed and segment: fetched = inserted + updated + unchanged + superseded + deleted + orphaned + rejected, from \
      the footers in the spool, the files of rejected records and the ledger in the database. Without RUN, the latest run of \
      each feed. Ends with status 65 when something does not balance; what is wrong stands at the end of its line.
      """,
      examples: """
        weir audit
        weir audit 20261120T234408Z-7k2q
        weir audit --json | jq -r 'select(.balances | not) | "\\(.feed) \\(.segment): \\(.problem)"'
        """
    )
  )

  @Argument(help: ArgumentHelp("The run; every feed that has it.", valueName: "run"))
  var run: String?

  @Option(help: ArgumentHelp("Only this feed.", valueName: "feed"))
  var feed: String?

  @Flag(help: "Print one JSON object for each segment and one for each feed.")
  var json = false

  @OptionGroup var config: ConfigOption

  func run(terminal: any Terminal) async throws {
    let pipeline = try config.pipeline()
    if let feed { _ = try pipeline.feed(named: feed) }
    let wanted = try run.map { text in
      guard let run = RunID(text) else { throw NoSuchRun(run: text) }
      return run
    }
    let feeds = pipeline.feedsInOrder.map(\.name).filter { feed == nil || $0 == feed }
    let spool = try config.existingSpool(of: pipeline)
    let target = pipeline.database.target
    let audits = try await offThePool { try RunAudit.all(feeds: feeds, run: wanted, spool: spool, in: target) }
    if audits.isEmpty, let run { throw NoSuchRun(run: run) }
    for line in json ? audits.flatMap(\.json) : AuditText.lines(audits) { terminal.data(line) }
    let wrong = audits.filter { !$0.balances }
    guard wrong.isEmpty else { throw DoesNotBalance(runs: wrong.map { "\($0.feed) \($0.run)" }) }
  }
}

/// Of some runs not every record is where it should be.
struct DoesNotBalance: OperatorError, Equatable {
  /// Feed and run of each.
  var runs: [String]

  var message: String { "does not balance: \(runs.joined(separator: ", "))" }
  var hint: String? { "weir spool where SEGMENT for each segment named above" }
  var exitStatus: ExitStatus { .dataError }
}

/// Nothing is known of a run.
struct NoSuchRun: OperatorError, Equatable {
  var run: String

  var message: String { "\(run): no feed has such a run" }
  var hint: String? { "weir logs --json names past runs; they look like 20261120T234408Z-7k2q" }
  var exitStatus: ExitStatus { .noInput }
}
