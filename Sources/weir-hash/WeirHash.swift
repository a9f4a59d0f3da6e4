internal import ArgumentParser
internal import Hashing
internal import StageRuntime
internal import Telemetry

@main
struct WeirHash: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir-hash",
    abstract: "Find key, version and digest of each fetched record.",
    discussion: """
      EXAMPLES
        weir-fetch media | weir-hash - | weir-stage - | weir-merge -
        weir-hash --feed media --jobs 4     work off what is ready, then end
        weir-hash --redo spool/media/fetched/done/SEGMENT.ndjson.lz4

      \(ExitStatus.helpSection)
      """,
    version: WeirVersion.current
  )

  @OptionGroup var common: CommonOptions
  @OptionGroup var input: InputOptions
  @OptionGroup var jobs: JobsOption

  func run() throws {
    try StageProgram.run("weir-hash", common, input, jobs: { [jobs = jobs.jobs] _ in jobs }) {
      HashProcessor(pipeline: $0.pipeline, spool: $0.spool)
    }
  }
}
