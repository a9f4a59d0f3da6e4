internal import ArgumentParser
internal import Staging
internal import StageRuntime
internal import Telemetry

@main
struct WeirStage: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir-stage",
    abstract: "Check each record against the feed's columns and make rows of them.",
    discussion: """
      EXAMPLES
        weir-fetch media | weir-hash - | weir-stage - | weir-merge -
        weir-stage --feed media             work off what is ready, then end
        weir-stage --redo spool/media/hashed/done/SEGMENT.ndjson.lz4

      \(ExitStatus.helpSection)
      """,
    version: WeirVersion.current
  )

  @OptionGroup var common: CommonOptions
  @OptionGroup var input: InputOptions

  func run() throws {
    try StageProgram.run("weir-stage", common) { reporter in
      let context = try StageContext(common, reporter: reporter)
      let processor = StageProcessor(pipeline: context.pipeline, spool: context.spool)
      var loop = StageLoop(processor, context: context, stop: StopRequest())
      return try loop.run(input)
    }
  }
}
