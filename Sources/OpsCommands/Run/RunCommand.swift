internal import ArgumentParser
internal import Control
internal import FoundationEssentials
internal import Monitoring
internal import PipelineConfig
internal import Postgres
internal import Spool
internal import SystemPackage
internal import Telemetry
internal import Webhooks

struct RunCommand: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Fetch, hash, stage and merge feeds, parents before children.",
    discussion: helpText(
      """
      Each feed runs as weir-fetch FEED | weir-hash - | weir-stage - | weir-merge -, after whatever an earlier run has \
      left in its queues. Without --full a feed brings what changed since its watermark. Children of a feed that fails \
      are skipped; other feeds go on. Independent feeds run side by side (--feeds-at-once), those into one table one after \
      another. A feed that another run has in hand is not run, and the exit status is 75.

      Progress goes to standard error: in place on a terminal, a line every 5 seconds elsewhere. Ctrl-C ends the fetch \
      and merges what was fetched; again, it asks every program to end; a third time it ends them. Nothing is lost: the \
      next run goes on with what is in the spool.
      """,
      examples: """
        weir run                                  every feed of pipeline.json
        weir run vow media                        these two, vow first
        weir run --full                           everything, not only what changed
        weir run --full --dry-run                 what that would be
        weir run idx --since 2026-11-01T00:00:00Z --limit 10000
        weir run --metrics-file /var/lib/prometheus/node-exporter/weir.prom
        weir run --json | jq 'select(.feed) | {feed, inserted, updated}'
        """
    )
  )

  @Argument(help: "Feeds to run; all of them when none is named.")
  var feeds: [String] = []

  @Flag(help: "Everything, not only what changed since the watermark.")
  var full = false

  @Option(help: ArgumentHelp("Start from this version instead of the watermark.", valueName: "version"))
  var since: String?

  @Option(help: ArgumentHelp("Most records of each feed; the watermark then stays where it is.", valueName: "records"))
  var limit: Int?

  @Flag(
    inversion: .prefixedNo,
    help: "Go on where the last run stopped, if it did not come to its end."
  )
  var resume = true

  @Option(help: ArgumentHelp("Feeds that are run side by side, where neither waits for the other.", valueName: "feeds"))
  var feedsAtOnce = 2

  @Option(
    help: ArgumentHelp(
      "Memory of all programs together, in the place of max_memory: segments and workers shrink near it.",
      valueName: "size"
    )
  )
  var maxMemory: String?

  @Flag(help: "Say what would be run, and from where; nothing is asked for and nothing is changed.")
  var dryRun = false

  @Flag(help: "Print one JSON object for each feed, and one for the whole run at the end.")
  var json = false

  @Option(
    help: ArgumentHelp("Write how all stands, for Prometheus' node exporter, into this file.", valueName: "path")
  )
  var metricsFile: String?

  @OptionGroup var config: ConfigOption

  func validate() throws {
    if full, since != nil { throw ValidationError("--full takes everything, so --since has nothing to say") }
    if let limit, limit < 1 { throw ValidationError("--limit wants a number above 0") }
    guard (1...16).contains(feedsAtOnce) else {
      throw ValidationError("--feeds-at-once is 1 to 16, not \(feedsAtOnce)")
    }
    if let maxMemory, Pipeline.maxMemory(maxMemory) == nil {
      throw ValidationError("--max-memory is a size such as 512MiB or 2GiB, from 64MiB on, not \(maxMemory)")
    }
  }

  func run(terminal: any Terminal) async throws {
    let pipeline = try config.pipeline()
    let plan = try RunPlan(pipeline, selected: feeds)
    let spool = try config.spool(of: pipeline)
    if dryRun { return try DryRun(pipeline, plan, spool, options(pipeline)).tell(terminal, json: json) }
    let display = display(terminal)
    let stop = StopControl()
    let signals = StopSignals(stop) { display.say($0.announcement) }
    defer { signals.cancel() }

    let target = pipeline.database.target
    let conductor = Conductor(
      pipeline: pipeline,
      spool: spool,
      programs: try .beside(),
      options: options(pipeline),
      stop: stop,
      record: { run in try await offThePool { try run.log(in: target) } },
      tell: { event in
        display.show(event)
        if json, case .ended(let outcome) = event { terminal.data(RunJSON.line(outcome).text) }
      }
    )
    let began = WallClock.milliseconds()
    let ended = await conductor.run(plan)
    let (closing, trouble) = await offThePool { RunClosing.close(ended, of: pipeline, began: began, in: target) }
    let report = closing.report
    do { try pipeline.sweep(spool) } catch { display.say("weir: spool gc: \(error)") }
    for line in OutcomeLine.summary(report, spool: pipeline.spool.path.string, style: style(terminal)) {
      display.say(line)
    }
    for note in closing.notes { display.say(style(terminal).attention(note)) }
    if let trouble { display.say("weir: this run is not in weir.run_metrics: \(trouble)") }
    for note in await told(closing, pipeline) { display.say("weir: \(note)") }
    if let metricsFile {
      // The run is what it is, whether or not somebody can read of it.
      do {
        let snapshot = try await offThePool { try PipelineSnapshot.take(of: pipeline, spool, target) }
        try MetricsFile.write(MetricsText.of(snapshot), to: FilePath(metricsFile))
      } catch { display.say("weir: \(metricsFile) is not written: \(error)") }
    }
    if json { terminal.data(RunJSON.line(report, alerts: closing.feeds.flatMap(\.alerts)).text) }
    if report.exitStatus != .success { throw ExitCode(report.exitStatus) }
  }

  /// Tells the receivers of `webhooks`. What they do not take now waits in the spool; the run is what it is.
  private func told(_ closing: RunClosing, _ pipeline: Pipeline) async -> [String] {
    let center = WebhookCenter(pipeline, name: pipeline.title)
    do {
      return try center.ended(closing, at: WallClock.milliseconds()) + (await center.deliver(atMost: Self.webhooksMost))
    } catch { return ["\(error)"] }
  }

  /// How much later a run ends because of receivers that do not answer, at most.
  private static let webhooksMost = Duration.seconds(10)

  private func options(_ pipeline: Pipeline) -> RunOptions {
    var options = RunOptions(config: config.config)
    options.isFull = full
    options.since = since
    options.limit = limit
    options.resumes = resume
    options.feedsAtOnce = feedsAtOnce
    options.maxMemory = maxMemory.flatMap { Pipeline.maxMemory($0) } ?? pipeline.maxMemory
    return options
  }

  /// A line that is written over and lines of results cannot share a terminal.
  private func display(_ terminal: any Terminal) -> RunDisplay {
    let isAlone = terminal.isInteractive && !(json && StandardStream.output.isTerminal)
    let mode = RunDisplay.Mode.chosen(isInteractive: isAlone, environment: ProcessInfo.processInfo.environment)
    return RunDisplay(terminal: terminal, mode: mode, style: style(terminal))
  }

  private func style(_ terminal: any Terminal) -> TextStyle {
    .chosen(isInteractive: terminal.isInteractive, environment: ProcessInfo.processInfo.environment)
  }
}

extension StopControl.Level {
  /// What a person is told who has just asked for the end.
  fileprivate var announcement: String {
    switch self {
    case .none, .drain: "stopping: no more is fetched, what is there is merged; once more asks every program to end"
    case .end: "ending: every program has been asked to end; once more ends them"
    case .kill: "ended: the next run goes on with what is in the spool"
    }
  }
}
