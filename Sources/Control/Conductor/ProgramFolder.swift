internal import FoundationEssentials
public import Spool
public import SystemPackage
public import Telemetry

/// Where the four stage programs are: in the folder of the program that runs now, whatever PATH says.
///
/// A `weir` and a `weir-merge` of different versions never meet by accident that way.
public struct ProgramFolder: Sendable, Equatable {
  public var path: FilePath

  public init(_ path: FilePath) { self.path = path }

  /// The folder of the running program, symbolic links followed.
  ///
  /// - Throws: When the system does not say which program this is (no `/proc`).
  public static func beside() throws(MissingProgram) -> ProgramFolder {
    let link = "/proc/self/exe"
    guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: link) else {
      throw MissingProgram(path: FilePath(link))
    }
    return ProgramFolder(FilePath(program).removingLastComponent())
  }

  /// The program of a stage.
  ///
  /// - Throws: When it is not there, or may not be run.
  public func program(_ stage: StageName) throws(MissingProgram) -> FilePath {
    let program = path.appending(Self.name(of: stage))
    guard FileManager.default.isExecutableFile(atPath: program.string) else { throw MissingProgram(path: program) }
    return program
  }

  /// `weir-fetch`, `weir-hash`, `weir-stage`, `weir-merge`.
  public static func name(of stage: StageName) -> String { "weir-\(stage.rawValue)" }
}

/// A program of the family is not where it should be.
public struct MissingProgram: OperatorError, Equatable {
  public var path: FilePath

  public var message: String { "\(path): no such program" }
  public var hint: String? { "install all programs of Weir in one folder; tools/build makes them" }
  public var exitStatus: ExitStatus { .unavailable }
}
