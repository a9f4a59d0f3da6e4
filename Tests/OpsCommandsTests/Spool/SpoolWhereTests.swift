import ArgumentParser
import Spool
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import OpsCommands

/// `weir spool where`, without a database to ask.
struct SpoolWhereTests {
  private func places(_ spool: SmallSpool, of text: String) async throws -> [String] {
    let terminal = RecordingTerminal()
    try await SpoolWhere.parse([text, "--spool", spool.root.string]).run(terminal: terminal)
    return terminal.output
  }

  @Test("one line for each queue that has it, then what was rejected of it", arguments: ["", ".ndjson.lz4"])
  func everywhere(suffix: String) async throws {
    let spool = try SmallSpool()
    let fetched = try spool.add(1, of: "media", to: .fetched, .done, lines: ["{}"])
    let hashed = try spool.add(1, of: "media", to: .hashed, lines: ["{}"])
    try spool.add(2, of: "media", to: .hashed, lines: ["{}"])
    let rejected = try spool.reject(1, of: "media")
    #expect(
      try await places(spool, of: "\(SmallSpool.run)-000001\(suffix)") == [
        "media\tfetched\tdone\t\(fetched)", "media\thashed\tready\t\(hashed)", "media\trejected\thash\t\(rejected)",
      ]
    )
    #expect(try await places(spool, of: "elsewhere/spool/\(SmallSpool.run)-000001.ndjson.lz4").count == 3)
  }

  @Test("a segment that is nowhere is an error of its own status")
  func nowhere() async throws {
    let spool = try SmallSpool()
    await #expect(throws: SegmentNotFound(text: "\(SmallSpool.run)-000007")) {
      try await places(spool, of: "\(SmallSpool.run)-000007")
    }
    #expect(SegmentNotFound(text: "").exitStatus == .noInput)
  }
}
