internal import ArgumentParser
internal import Control
internal import PipelineConfig
internal import Telemetry

struct CheckCommand: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Read pipeline.json and print every problem, each with its path.",
    discussion: helpText(
      "Asks neither the vendor nor the database.",
      examples: """
        weir check
        weir check --config staging/pipeline.json && weir run --config staging/pipeline.json
        """
    )
  )

  @OptionGroup var config: ConfigOption

  func run(terminal: any Terminal) throws {
    let pipeline = try config.pipeline()
    let plan = try RunPlan(pipeline, selected: [])
    let order = plan.phases.map { $0.feeds.joined(separator: " ") }.joined(separator: ", then ")
    terminal.note("\(config.config): in order; \(plan.feedCount) feeds: \(order)")
  }
}
