internal import ArgumentParser
internal import FoundationEssentials
internal import PipelineConfig
internal import Spool
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

  /// The pipeline's spool, or one in another directory under the pipeline's rules; made when it is not there.
  ///
  /// - Throws: `SpoolError`.
  func spool(of pipeline: Pipeline, at directory: String? = nil) throws -> Spool {
    let root = directory.map { FilePath($0) } ?? pipeline.spool.path
    return try Spool(root: root, allowsNetwork: pipeline.spool.allowsNetwork)
  }

  /// The pipeline's spool, which must be there: a command that only looks makes no folders.
  ///
  /// - Throws: ``NoSpool``, `SpoolError`.
  func existingSpool(of pipeline: Pipeline) throws -> Spool {
    let root = pipeline.spool.path
    guard FileManager.default.fileExists(atPath: root.string) else { throw NoSpool(path: root) }
    return try Spool(root: root, allowsNetwork: pipeline.spool.allowsNetwork)
  }
}
