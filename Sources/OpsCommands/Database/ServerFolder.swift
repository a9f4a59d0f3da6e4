internal import ArgumentParser
internal import PipelineConfig
internal import SystemPackage
internal import Telemetry

/// Which private server: that of the pipeline, or the one whose data folder is named.
struct ServerFolder: ParsableArguments {
  @Option(help: ArgumentHelp("The server's data folder, whatever pipeline.json says.", valueName: "folder"))
  var directory: String?

  @OptionGroup var config: ConfigOption

  /// - Throws: When the pipeline has a server elsewhere: that one is not ours to start or stop.
  func path() throws -> FilePath {
    if let directory { return FilePath(directory) }
    let database = try config.pipeline().database
    guard database.url == nil else { throw ServerElsewhere(config: config.config) }
    return database.embedded
  }
}

/// `database.url` names a server that others run.
struct ServerElsewhere: OperatorError, Equatable {
  var config: String

  var message: String { "\(config): database.url names a server that is run by others" }
  var hint: String? { "take database.url out for a private server, or name its folder with --directory" }
  var exitStatus: ExitStatus { .config }
}
