import Foundation
import SystemPackage

@testable import Control

/// Four programs in a folder, each a few lines of shell, that end and speak as a test wants them to.
///
/// Only for what the real programs cannot be brought to do: die in a chosen way. What they do well is tested with them.
final class StandIns: Sendable {
  let directory: FilePath

  var programs: ProgramFolder { ProgramFolder(directory) }

  /// Programs that do what `scripts` says, by stage; a stage that is not named passes its input on, and ends as the real ones
  /// do when its reader has gone, also where a signal for that was ignored before it began.
  init(_ scripts: [String: String] = [:]) throws {
    directory = FilePath(NSTemporaryDirectory()).appending("weir-stand-ins-\(UUID().uuidString.lowercased())")
    try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
    for stage in ["fetch", "hash", "stage", "merge"] {
      // $0 is the program's path: a test finds out with what arguments each was called.
      let text = """
        #!/bin/sh
        echo "\(stage) $*" >> "\(calls.string)"
        say() { echo "{\\"event\\":\\"$1\\",\\"stage\\":\\"weir-\(stage)\\",\\"time\\":\\"t\\",\\"counts\\":{$2}$3}" >&2; }
        \(scripts[stage] ?? (stage == "fetch" ? "echo one || exit 69" : "cat || exit 69"))
        """
      let program = directory.appending("weir-\(stage)")
      try Data(text.utf8).write(to: URL(filePath: program.string))
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.string)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: directory.string) }

  private var calls: FilePath { directory.appending("calls") }

  /// How the programs were called, sorted: four start at once.
  func called() throws -> [String] {
    guard FileManager.default.fileExists(atPath: calls.string) else { return [] }
    let text = String(decoding: try Data(contentsOf: URL(filePath: calls.string)), as: UTF8.self)
    return text.split(separator: "\n").map(String.init).sorted()
  }
}
