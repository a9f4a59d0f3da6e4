internal import ArgumentParser
public import Telemetry

/// How a stage program runs and ends: one line for what went wrong, and its number.
public enum StageProgram {
  /// Runs the body of a program with a voice of its own, and turns what it throws into a line and an exit status.
  ///
  /// - Throws: ArgumentParser's `ExitCode` when the status is not 0.
  public static func run(
    _ name: String, _ options: CommonOptions, _ body: (Reporter) throws -> ExitStatus
  ) throws {
    let reporter = Reporter(stage: name, format: options.logFormat, level: options.logLevel)
    let status: ExitStatus
    do { status = try body(reporter) } catch {
      reporter.failed(error)
      throw ExitCode(ExitStatus(for: error).rawValue)
    }
    if status != .success { throw ExitCode(status.rawValue) }
  }

  /// The same for a program that waits on the network.
  public static func run(
    _ name: String, _ options: CommonOptions, _ body: (Reporter) async throws -> ExitStatus
  ) async throws {
    let reporter = Reporter(stage: name, format: options.logFormat, level: options.logLevel)
    let status: ExitStatus
    do { status = try await body(reporter) } catch {
      reporter.failed(error)
      throw ExitCode(ExitStatus(for: error).rawValue)
    }
    if status != .success { throw ExitCode(status.rawValue) }
  }
}
