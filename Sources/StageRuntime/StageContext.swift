internal import FoundationEssentials
public import PipelineConfig
public import Spool
internal import SystemPackage
public import Telemetry

/// What a stage program works with once its options are read.
public struct StageContext: Sendable {
  public let pipeline: Pipeline
  public let spool: Spool
  public let reporter: Reporter

  /// Opens what the options name.
  ///
  /// - Throws: Every problem of the configuration at once, ``SpoolError``.
  public init(_ options: CommonOptions, reporter: Reporter) throws {
    self.reporter = reporter
    pipeline = try Pipeline(contentsOf: FilePath(options.config), environment: ProcessInfo.processInfo.environment)
    spool = try Spool(
      root: options.spool.map { FilePath($0) } ?? pipeline.spool.path,
      allowsNetwork: pipeline.spool.allowsNetwork
    )
  }
}
