internal import ArgumentParser
internal import FoundationEssentials
internal import PipelineConfig
internal import Spool
internal import SystemPackage
internal import Telemetry

/// Which spool: that of the pipeline, or the folder that is named.
struct SpoolOption: ParsableArguments {
  @Option(
    name: .customLong("spool"),
    help: ArgumentHelp("This spool, whatever pipeline.json says.", valueName: "folder")
  )
  var directory: String?

  @OptionGroup var config: ConfigOption

  /// The spool, which must be there: a command that only looks makes no folders.
  func spool() throws -> Spool {
    guard let directory else { return try config.existingSpool(of: config.pipeline()) }
    let settings = (try? pipeline())?.spool
    let root = FilePath(directory)
    guard FileManager.default.fileExists(atPath: root.string) else { throw NoSpool(path: root) }
    return try Spool(root: root, allowsNetwork: settings?.allowsNetwork ?? false)
  }

  /// The pipeline, for questions that only it answers; nil when a spool was named and there is no pipeline here.
  ///
  /// - Throws: Every problem of the file at once.
  func pipeline() throws -> Pipeline? {
    if directory != nil, !FileManager.default.fileExists(atPath: config.config) { return nil }
    return try config.pipeline()
  }

  /// The same choice, for a stage program.
  var arguments: [String] { ["--config", config.config] + (directory.map { ["--spool", $0] } ?? []) }
}

/// There is no spool to look into.
struct NoSpool: OperatorError, Equatable {
  var path: FilePath

  var message: String { "\(path): no such folder" }
  var hint: String? { "weir run makes the spool; --spool names another one" }
  var exitStatus: ExitStatus { .noInput }
}
