import Foundation
import SystemPackage
import TestSupport

@testable import Control

/// Four programs in a folder, each a few lines of shell, that end and speak as a test wants them to.
///
/// Only for what the real programs cannot be brought to do: die in a chosen way. What they do well is tested with them.
final class StandIns: Sendable {
  let directory: FilePath

  var programs: ProgramFolder { ProgramFolder(directory) }

  /// Programs that do what `scripts` says, by stage; a stage that is not named passes its input on, and ends as the real ones
  /// do when its reader has gone, also where a signal for that was ignored before it began.
  init(_ scripts: [String: String] = [:]) async throws {
    directory = FilePath(NSTemporaryDirectory()).appending("weir-stand-ins-\(UUID().uuidString.lowercased())")
    try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
    var environment: [String: String?] = [:]
    for stage in ["fetch", "hash", "stage", "merge"] {
      // $0 is the program's path: a test finds out with what arguments each was called.
      let text = """
        #!/bin/sh
        echo "\(stage) $*" >> "\(calls.string)"
        say() { echo "{\\"event\\":\\"$1\\",\\"stage\\":\\"weir-\(stage)\\",\\"time\\":\\"t\\",\\"counts\\":{$2}$3}" >&2; }
        \(scripts[stage] ?? (stage == "fetch" ? "echo one || exit 69" : "cat || exit 69"))
        """
      environment["TEXT_\(stage)"] = text
    }
    // Written by a shell: what this process has open for writing a program that is being started by another test has open, too,
    // and such a file is not run (ETXTBSY).
    let written = try await Programs.shell(
      """
      for stage in fetch hash stage merge; do
        name=TEXT_$stage; printf '%s\\n' "${!name}" > \(directory)/weir-$stage; chmod 700 \(directory)/weir-$stage
      done
      """,
      environment: environment
    )
    guard written.status == 0 else { throw NotWritten(words: written.errors) }
  }

  struct NotWritten: Error { var words: String }

  deinit { try? FileManager.default.removeItem(atPath: directory.string) }

  private var calls: FilePath { directory.appending("calls") }

  /// How the programs were called, sorted: four start at once.
  func called() throws -> [String] {
    guard FileManager.default.fileExists(atPath: calls.string) else { return [] }
    let text = String(decoding: try Data(contentsOf: URL(filePath: calls.string)), as: UTF8.self)
    return text.split(separator: "\n").map(String.init).sorted()
  }
}
