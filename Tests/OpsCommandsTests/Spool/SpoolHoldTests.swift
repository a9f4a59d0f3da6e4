import ArgumentParser
import Spool
import SystemPackage
import TestSupport
import Testing

@testable import OpsCommands

/// `weir spool hold` and `weir spool release`
struct SpoolHoldTests {
  private let name = "\(SmallSpool.run)-000001"

  @Test("what is held by hand is passed by, says why, and comes back by release: the bytes are the same")
  func holdAndRelease() async throws {
    let spool = try SmallSpool()
    let ready = try spool.add(1, of: "media", to: .fetched, lines: ["{}", "{\"a\":1}"])
    let folder = ["--spool", spool.root.string]
    let held = try await ran(SpoolHold.self, [name, "--reason", "prices look wrong"] + folder)
    #expect(held.status == 0 && held.output == [ready.string.replacing("/ready/", with: "/held/")])
    let queue = try spool.spool.queue(.fetched, feed: "media")
    let reason = try queue.holdReason(of: SmallSpool.name(1))
    #expect(reason == HoldReason(name: "by_hand", message: "prices look wrong"))
    let passed = try queue.claimNext() == nil
    #expect(passed)

    let released = try await ran(SpoolRelease.self, [name] + folder)
    #expect(released.status == 0 && released.output == [ready.string])
    #expect(try spool.lines(ready) == ["{}", "{\"a\":1}"])
    #expect(try queue.holdReason(of: SmallSpool.name(1)) == nil)
    #expect(try spool.names("media", .fetched, .held) == [])
  }

  @Test("--dry-run prints the same and moves nothing", arguments: [true, false])
  func dryRun(holds: Bool) async throws {
    let spool = try SmallSpool()
    try spool.add(1, of: "media", to: .fetched, holds ? .ready : .held, lines: ["{}"])
    let arguments = [name, "--spool", spool.root.string]
    let dry =
      try await holds
      ? ran(SpoolHold.self, arguments + ["--dry-run"]) : ran(SpoolRelease.self, arguments + ["--dry-run"])
    #expect(try spool.names("media", .fetched, holds ? .ready : .held) == [1])
    let wet = try await holds ? ran(SpoolHold.self, arguments) : ran(SpoolRelease.self, arguments)
    #expect(dry.output == wet.output && dry.output.count == 1)
    #expect(try spool.names("media", .fetched, holds ? .held : .ready) == [1])
  }

  @Test("ALL is spelled out, and narrowed by feed and queue; without a name nothing is done")
  func all() async throws {
    let spool = try SmallSpool()
    for sequence in 1...3 { try spool.add(sequence, of: "media", to: .fetched, .held, lines: ["{}"]) }
    try spool.add(4, of: "media", to: .hashed, .held, lines: ["{}"])
    try spool.add(1, of: "cars", to: .fetched, .held, lines: ["{}"])
    let folder = ["--spool", spool.root.string]
    #expect(throws: (any Error).self) { try SpoolRelease.parse(folder) }
    let released = try await ran(SpoolRelease.self, ["ALL", "--feed", "media", "--queue", "fetched"] + folder)
    #expect(released.output.count == 3)
    #expect(try spool.names("media", .fetched, .ready) == [1, 2, 3])
    #expect(try spool.names("media", .hashed, .held) == [4] && spool.names("cars", .fetched, .held) == [1])
  }

  @Test("a segment that a worker has stays with it: 75, and the others are held")
  func claimed() async throws {
    let spool = try SmallSpool()
    for sequence in 1...2 { try spool.add(sequence, of: "media", to: .fetched, lines: ["{}"]) }
    let claim = try spool.spool.queue(.fetched, feed: "media").claim(SmallSpool.name(1))
    let result = try await ran(SpoolHold.self, ["ALL", "--spool", spool.root.string])
    #expect(result.status == 75 && result.output.count == 1)
    #expect(try spool.names("media", .fetched, .held) == [2] && spool.names("media", .fetched, .ready) == [1])
    let listed = try await ran(SpoolList.self, ["--state", "ready", "--spool", spool.root.string])
    #expect(listed.output.map { $0.hasSuffix("\tclaimed") } == [true])
    claim?.release()
    let after = try await ran(SpoolList.self, ["--state", "ready", "--spool", spool.root.string])
    #expect(after.output.map { $0.hasSuffix("\t-") } == [true])
  }

  @Test("release never takes the place of a newer segment of that name: 75, both stay")
  func occupied() async throws {
    let spool = try SmallSpool()
    try spool.add(1, of: "media", to: .fetched, .held, lines: ["{}"])
    try spool.add(1, of: "media", to: .fetched, lines: ["{\"new\":1}"])
    let result = try await ran(SpoolRelease.self, [name, "--spool", spool.root.string])
    #expect(result.status == 75 && result.output == [])
    #expect(try spool.names("media", .fetched, .held) == [1] && spool.names("media", .fetched, .ready) == [1])
  }

  @Test("a name that is not held, and one that stands in several places, are refused")
  func refused() async throws {
    let spool = try SmallSpool()
    try spool.add(1, of: "media", to: .fetched, .done, lines: ["{}"])
    let folder = ["--spool", spool.root.string]
    await #expect(throws: NotThere(text: name, queues: QueueName.allCases, states: [.held])) {
      try await ran(SpoolRelease.self, [name] + folder)
    }
    let one = try spool.add(2, of: "media", to: .fetched, .held, lines: ["{}"])
    let two = try spool.add(2, of: "media", to: .hashed, .held, lines: ["{}"])
    await #expect(throws: SeveralPlaces(text: "\(SmallSpool.run)-000002", paths: [one, two])) {
      try await ran(SpoolRelease.self, ["\(SmallSpool.run)-000002"] + folder)
    }
    let byPath = try await ran(SpoolRelease.self, [two.string] + folder)
    #expect(byPath.output.count == 1)
    #expect(try spool.names("media", .hashed, .ready) == [2] && spool.names("media", .fetched, .held) == [2])
  }
}
