internal import ArgumentParser
internal import FoundationEssentials
internal import PipelineConfig
internal import SystemPackage

/// `--config`, as every program of the family has it.
struct ConfigOption: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The pipeline's configuration.", valueName: "path"))
  var config = "pipeline.json"

  /// The configuration with `${NAME}` filled in from the environment.
  ///
  /// - Throws: Every problem of the file at once.
  func pipeline() throws -> Pipeline {
    try Pipeline(contentsOf: FilePath(config), environment: ProcessInfo.processInfo.environment)
  }
}
