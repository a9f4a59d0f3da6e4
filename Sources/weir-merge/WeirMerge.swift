internal import ArgumentParser
internal import Merging
internal import PipelineConfig
internal import StageRuntime
internal import Telemetry

@main
struct WeirMerge: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir-merge",
    abstract: "Load staged rows into PostgreSQL, changing only what differs.",
    discussion: """
      EXAMPLES
        weir-fetch media | weir-hash - | weir-stage - | weir-merge -
        weir-merge                          work off what is ready of all feeds, parents first
        weir-merge --feed media --jobs 2
        weir-merge spool/media/staged/ready/SEGMENT.ndjson.lz4

      \(ExitStatus.helpSection)
      """,
    version: WeirVersion.current
  )

  @OptionGroup var common: CommonOptions
  @OptionGroup var input: InputOptions
  @Option(
    help: ArgumentHelp(
      """
      Segments to merge at the same time, each on a connection of its own, in the place of database.parallel_batches; a \
      run's end comes after its segments.
      """,
      valueName: "number"
    )
  )
  var jobs: Int?
  @Flag(help: "Let full runs delete all that they find vanished, whatever the feeds' guards say.")
  var allowDeletions = false

  @Flag(
    help: "Let full runs overrule what earlier runs brought, whatever the stamps: for a vendor that restored a backup."
  )
  var authoritative = false

  func validate() throws {
    let bounds = DatabaseSettings.parallelBatchesBounds
    if let jobs, !bounds.contains(jobs) { throw ValidationError("--jobs wants 1 to \(bounds.upperBound)") }
  }

  func run() throws {
    try StageProgram.run(
      "weir-merge",
      common,
      input,
      jobs: { [jobs] in jobs ?? $0.database.parallelBatches }
    ) { [allowDeletions, authoritative] in
      try MergeProcessor(
        pipeline: $0.pipeline,
        spool: $0.spool,
        reporter: $0.reporter,
        allowsDeletions: allowDeletions,
        isAuthoritative: authoritative
      )
    }
  }
}
