internal import Foundation
internal import Subprocess
public import SystemPackage

/// The programs under test, as built: tests drive the binaries that a user would run.
public enum Programs {
  /// The folder that holds the test bundle and, beside it, every program of the package.
  public static let directory: FilePath = {
    let here = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return FilePath(here).removingLastComponent()
  }()

  /// The root of the package, found from this file's own place in it.
  public static let packageRoot = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent()

  /// Real data beside the project; absent on a machine that has only the project.
  public static let sharedData = packageRoot.removingLastComponent().appending("shared/data")

  /// Whether real data is here. Tests that need it are skipped with a line that says so.
  public static var hasSharedData: Bool {
    FileManager.default.fileExists(atPath: sharedData.appending("README.md").string)
  }

  /// Most bytes kept of one stream of a program under test.
  static let outputBytesMax = 64 << 20
}

/// What a program said and how it ended.
public struct ProgramResult: Sendable {
  /// Exit status; a program ended by a signal counts as 128 + the signal's number, as a shell has it.
  public var status: Int32
  public var output: String
  public var errors: String

  /// Standard output, a line each.
  public var lines: [String] { output.split(separator: "\n").map(String.init) }
}

extension Programs {
  /// Runs one of the package's programs to its end.
  ///
  /// - Parameters:
  ///   - name: `weir-hash`, `weir`, …
  ///   - arguments: What a user would type after the name.
  ///   - environment: Added to, or with nil taken from, the environment of the test.
  ///   - workingDirectory: Where it runs; nil for here.
  /// - Returns: What it said and how it ended.
  /// - Throws: When the program cannot be started; how it ends is in the result.
  public static func run(
    _ name: String,
    _ arguments: [String] = [],
    environment: [String: String?] = [:],
    in workingDirectory: FilePath? = nil
  ) async throws -> ProgramResult {
    try await run(.path(directory.appending(name)), arguments, environment: environment, in: workingDirectory)
  }

  /// Runs a line of shell with the package's programs on its PATH, `pipefail` set.
  ///
  /// - Returns: What it said and how it ended.
  /// - Throws: When the shell cannot be started.
  public static func shell(
    _ line: String,
    environment: [String: String?] = [:],
    in workingDirectory: FilePath? = nil
  ) async throws -> ProgramResult {
    var environment = environment
    environment["PATH"] = "\(directory):/usr/local/bin:/usr/bin:/bin"
    return try await run(
      .path("/bin/bash"),
      ["-o", "pipefail", "-c", line],
      environment: environment,
      in: workingDirectory
    )
  }

  /// Runs one of the package's programs, or one named by its whole path, until `moment` returns, and kills it then with SIGKILL.
  ///
  /// - Returns: Nil when it was killed; else its exit status, since it ended before that moment.
  /// - Throws: When the program cannot be started, and what `moment` throws.
  public static func kill(
    _ name: String,
    _ arguments: [String] = [],
    environment: [String: String?] = [:],
    in workingDirectory: FilePath? = nil,
    when moment: @escaping @Sendable () async throws -> Void
  ) async throws -> Int32? {
    var changes: [Environment.Key: String?] = [:]
    for (name, value) in environment { changes[.init(stringLiteral: name)] = value }
    let result = try await Subprocess.run(
      .path(directory.pushing(FilePath(name))),
      arguments: Arguments(arguments),
      environment: .inherit.updating(changes),
      workingDirectory: workingDirectory,
      input: .none,
      output: .sequence,
      error: .discarded
    ) { execution in
      let output = execution.standardOutput
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await moment() }
        // A program that has ended says nothing more.
        group.addTask { for try await _ in output {} }
        try await group.next()
        try? execution.send(signal: .kill)
        group.cancelAll()
      }
    }
    return if case .exited(let status) = result.terminationStatus { status } else { nil }
  }

  private static func run(
    _ executable: Executable,
    _ arguments: [String],
    environment: [String: String?],
    in workingDirectory: FilePath?
  ) async throws -> ProgramResult {
    var changes: [Environment.Key: String?] = [:]
    for (name, value) in environment { changes[.init(stringLiteral: name)] = value }
    let result = try await Subprocess.run(
      executable,
      arguments: Arguments(arguments),
      environment: .inherit.updating(changes),
      workingDirectory: workingDirectory,
      output: .string(limit: outputBytesMax),
      error: .string(limit: outputBytesMax)
    )
    let status: Int32 =
      switch result.terminationStatus {
      case .exited(let code): code
      case .signaled(let signal): 128 + signal
      }
    return ProgramResult(status: status, output: result.standardOutput, errors: result.standardError)
  }
}
