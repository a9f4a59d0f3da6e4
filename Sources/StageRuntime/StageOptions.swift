public import ArgumentParser
internal import FoundationEssentials
internal import Glibc
public import Logging
public import PipelineConfig
public import Spool
internal import SystemPackage
public import Telemetry

/// What every stage program takes.
public struct CommonOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The pipeline's configuration.", valueName: "path"))
  public var config = "pipeline.json"

  @Option(help: ArgumentHelp("Another spool than the configuration names.", valueName: "path"))
  public var spool: String?

  @Option(help: "How to speak on standard error: text for a person, json for a program.")
  public var logFormat = LogFormat.text

  @Option(help: "The least level of the log: trace, debug, info, notice, warning, error, critical.")
  public var logLevel = Logger.Level.notice

  public init() {}
}

extension LogFormat: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}

/// What a stage program works with once its options are read.
public struct StageContext: Sendable {
  public let pipeline: Pipeline
  public let spool: Spool
  public let reporter: Reporter

  /// Prepares the process and opens what the options name: files are made for their owner only, a crash leaves no core
  /// file with records in it, and a reader that went away is an error and no signal.
  ///
  /// - Throws: Every problem of the configuration at once, ``SpoolError``.
  public init(_ options: CommonOptions, reporter: Reporter) throws {
    umask(0o077)
    var noCore = rlimit(rlim_cur: 0, rlim_max: 0)
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &noCore)
    _ = signal(SIGPIPE, SIG_IGN)
    self.reporter = reporter
    pipeline = try Pipeline(
      contentsOf: FilePath(options.config), environment: ProcessInfo.processInfo.environment
    )
    spool = try Spool(root: options.spool.map { FilePath($0) } ?? pipeline.spool.path)
  }
}
