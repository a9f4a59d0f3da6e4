public import SystemPackage
public import Telemetry

/// The configuration file could not be read at all.
public struct ConfigFileError: OperatorError, Equatable {
  public var path: FilePath
  public var reason: String

  public var message: String { "\(path): \(reason)" }

  public var hint: String? { "name the file with --config PATH, or work in the folder that holds pipeline.json" }

  public var exitStatus: ExitStatus { .config }
}
