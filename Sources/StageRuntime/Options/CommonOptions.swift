public import ArgumentParser
public import Logging
public import Telemetry

/// What every stage program takes.
public struct CommonOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The pipeline's configuration.", valueName: "path"))
  public var config = "pipeline.json"

  @Option(help: ArgumentHelp("Another spool than the configuration names.", valueName: "path"))
  public var spool: String?

  @Option(help: "How to speak on standard error: text for a person, json for a program.")
  public var logFormat = LogFormat.text

  @Option(help: "The least level of the log that is written.")
  public var logLevel = Logger.Level.notice

  public init() {}
}

extension LogFormat: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}
