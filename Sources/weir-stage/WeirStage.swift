internal import ArgumentParser
internal import StageRuntime
internal import Staging
internal import Telemetry

@main
struct WeirStage: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir-stage",
    abstract: "Check each record against the feed's columns and make rows of them.",
    discussion: """
      EXAMPLES
        weir-fetch media | weir-hash - | weir-stage - | weir-merge -
        weir-stage --feed media --jobs 4    work off what is ready, then end
        weir-stage --redo spool/media/hashed/done/SEGMENT.ndjson.lz4

      \(ExitStatus.helpSection)
      """,
    version: WeirVersion.current
  )

  @OptionGroup var common: CommonOptions
  @OptionGroup var input: InputOptions
  @OptionGroup var jobs: JobsOption

  func run() throws {
    try StageProgram.run("weir-stage", common, input, jobs: { [jobs = jobs.jobs] _ in jobs }) {
      StageProcessor(pipeline: $0.pipeline, spool: $0.spool)
    }
  }
}
