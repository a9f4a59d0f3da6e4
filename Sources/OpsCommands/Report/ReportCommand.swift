internal import ArgumentParser
internal import Dashboard
internal import FoundationEssentials
internal import JSONText
internal import Monitoring
internal import PipelineConfig
internal import Postgres
internal import Spool
internal import Staging
internal import SystemPackage
internal import Telemetry

struct ReportCommand: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Show how the last run of each feed went, beside the usual, and how good its data is.",
    discussion: helpText(
      """
      First the run's performance: requests, response times, queries, batches, memory, and for children the parents that \
      were looked for; in brackets the median of the runs before it of the same mode that ended well. Named with a run, \
      all feeds of that run are shown as they were then.

      MATCH is the share of the last run's records that the table had already with the same hash; what is new or has \
      changed is a mismatch. Below it stand, from the spool, the checks that the latest run met or not, the columns with values \
      that did not fit and were replaced, and the fields that came, changed and vanished since the first \
      run, the latest last, each with a sample of its value. When the database does not answer, what only it knows is left \
      out, a note says why, and the exit status is still 0: the rest is true.
      """,
      examples: """
        weir report
        weir report media
        weir report 20261120T234408Z-7k2q            that run, all its feeds
        weir report --html report.html               with plots, one file
        weir report --json | jq '{feed, p95: .performance.request_p95_ms}'
        weir report --json | jq -r '.feed as $f | .drift[] | [$f, .what, .field, .sample] | @tsv'
        """
    )
  )

  @Argument(
    help: ArgumentHelp("Feeds, or one run; all feeds and the last run when none is named.", valueName: "feed|run")
  )
  var subjects: [String] = []

  @Flag(help: "Print one JSON object for each feed.")
  var json = false

  @Option(help: ArgumentHelp("Write a page with plots into this file, and print nothing.", valueName: "file"))
  var html: String?

  @OptionGroup var config: ConfigOption

  func validate() throws {
    if json, html != nil { throw ValidationError("--json prints and --html writes a file; give one of them") }
  }

  func run(terminal: any Terminal) async throws {
    let pipeline = try config.pipeline()
    let run = subjects.count == 1 ? RunID(subjects[0]).map { _ in subjects[0] } : nil
    let chosen =
      try run != nil || subjects.isEmpty ? pipeline.feedsInOrder : subjects.map { try pipeline.feed(named: $0) }
    let spool = try config.spool(of: pipeline)
    if let html { return try await write(to: html, chosen, pipeline, spool, terminal) }
    if let run { return try await show(run, pipeline, terminal) }
    var reports = try chosen.map { try FeedReport(of: $0, in: spool) }
    let target = pipeline.database.target
    do {
      let (runs, past) = try await offThePool {
        let last = try RunHistory.latest(1, of: chosen.map(\.name), in: target).compactMapValues(\.first)
        return (try SyncLog.lastCounts(in: target), try last.mapValues { ($0, try Self.before($0, in: target)) })
      }
      for index in reports.indices {
        let feed = reports[index].feed
        reports[index].lastRun = runs[feed.name]
        guard let (last, before) = past[feed.name] else { continue }
        reports[index].performance = PerformanceReport(last, past: before, hasParents: feed.parent != nil)
      }
    } catch {
      terminal.note("the database does not answer: \(error)")
    }
    for report in reports {
      if json { terminal.data(report.json.text) } else { terminal.data(lines: report.lines) }
    }
  }

  /// Runs of one feed whose median is what is usual.
  private static let pastMax = 30

  /// Runs of the same feed and mode that ended well before this one.
  private static func before(_ run: RunMetrics, in target: DatabaseTarget) throws -> [RunMetrics] {
    try RunHistory.good(pastMax, of: run.feed, isFull: run.isFull, before: run.finished, in: target)
  }

  /// All feeds of one run, as the database remembers them.
  private func show(_ run: String, _ pipeline: Pipeline, _ terminal: any Terminal) async throws {
    let target = pipeline.database.target
    let (feeds, past) = try await offThePool {
      let feeds = try RunHistory.run(run, in: target)
      return (feeds, try feeds.map { try Self.before($0, in: target) })
    }
    guard !feeds.isEmpty else { throw UnknownRun(run: run) }
    for (metrics, before) in zip(feeds, past) {
      let hasParents = (try? pipeline.feed(named: metrics.feed))?.parent != nil
      let report = PerformanceReport(metrics, past: before, hasParents: hasParents)
      if json {
        terminal.data(RunReportText.json(report).encoded)
      } else {
        terminal.data(lines: RunReportText.lines(report))
      }
    }
  }

  private func write(
    to file: String,
    _ chosen: [Feed],
    _ pipeline: Pipeline,
    _ spool: Spool,
    _ terminal: any Terminal
  ) async throws {
    let target = pipeline.database.target
    let name = pipeline.directory.lastComponent?.string ?? "pipeline"
    var model = try await offThePool { try DashboardModel.read(name, pipeline, spool, target) }
    let names = Set(chosen.map(\.name))
    model.snapshot.feeds.removeAll { !names.contains($0.name) }
    model.rejected.removeAll { !names.contains($0.feed) }
    model.drift.removeAll { !names.contains($0.feed) }
    try MetricsFile.write(ReportPage.file(model), to: FilePath(file))
    terminal.note("written: \(file)")
  }
}

/// The database remembers no such run.
struct UnknownRun: OperatorError {
  var run: String

  var message: String { "\(run): weir.run_metrics knows no such run" }
  var hint: String? { "weir logs shows the runs there were" }
  var exitStatus: ExitStatus { .noInput }
}
