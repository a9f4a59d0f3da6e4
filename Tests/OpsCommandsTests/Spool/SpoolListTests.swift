import ArgumentParser
import Spool
import SystemPackage
import TestSupport
import Testing

@testable import OpsCommands

/// `weir spool ls`
struct SpoolListTests {
  private func list(_ spool: SmallSpool, _ arguments: String...) throws -> RecordingTerminal {
    let terminal = RecordingTerminal()
    let command = try SpoolList.parse(arguments + ["--spool", spool.root.string])
    try command.run(terminal: terminal)
    return terminal
  }

  private func filled() throws -> SmallSpool {
    let spool = try SmallSpool()
    try spool.add(2, of: "media", to: .fetched, lines: ["{\"a\":1}", "{\"a\":2}"])
    try spool.add(1, of: "media", to: .fetched, .done, lines: ["{}"])
    try spool.add(1, of: "media", to: .hashed, .held, lines: ["{}"])
    try spool.add(1, of: "cars", to: .staged, lines: [])
    return spool
  }

  @Test("a line for each segment, by feed, queue, state and name, tab-separated; advice goes to standard error")
  func lines() throws {
    let spool = try filled()
    let terminal = try list(spool)
    // However long the machine took.
    let output = terminal.output.map { $0.replacing(#/\t[0-9]+s\t/#, with: "\t0s\t") }
    #expect(
      output == [
        "cars\tstaged\tready\t\(SmallSpool.run)-000001\t0\t0\t0s\t-",
        "media\tfetched\tready\t\(SmallSpool.run)-000002\t2\t16\t0s\t-",
        "media\tfetched\tdone\t\(SmallSpool.run)-000001\t1\t3\t0s\t-",
        "media\thashed\theld\t\(SmallSpool.run)-000001\t1\t3\t0s\t-",
      ]
    )
    #expect(terminal.notes.count == 1)
    #expect(terminal.notes.first?.hasSuffix("/media/hashed/held/\(SmallSpool.run)-000001.ndjson.lz4.error") == true)
  }

  @Test("a feed and a queue narrow the list")
  func narrowed() throws {
    let spool = try filled()
    #expect(try list(spool, "media").output.count == 3)
    #expect(try list(spool, "media", "fetched").output.count == 2)
    #expect(try list(spool, "cars", "hashed").output == [])
  }

  @Test("a feed that is not there is named, with those that are")
  func unknownFeed() throws {
    let spool = try filled()
    #expect(throws: NoSuchFeed(feed: "boats", known: ["cars", "media"])) { try list(spool, "boats") }
  }

  @Test("a queue that does not exist is a wrong command line")
  func unknownQueue() {
    #expect(throws: (any Error).self) { try SpoolList.parse(["media", "merged"]) }
  }

  @Test("a damaged segment is listed all the same, with dashes where its footer would speak")
  func damaged() throws {
    let spool = try SmallSpool()
    let path = try spool.add(1, of: "media", to: .fetched, lines: ["{}"])
    try flipBit(of: path, at: Int(try path.stat().size) - 3)
    let lines = try list(spool).output
    #expect(lines.count == 1 && lines[0].hasPrefix("media\tfetched\tready\t\(SmallSpool.run)-000001\t-\t-\t"))
    #expect(lines[0].contains(#/\t[0-9]+s\t-$/#))
  }

  @Test("JSON lines have the same and more, by name")
  func json() throws {
    let spool = try filled()
    let line = try #require(try list(spool, "cars", "--json").output.first)
    #expect(line.hasPrefix(#"{"feed":"cars","queue":"staged","state":"ready","segment":"\#(SmallSpool.run)-000001","#))
    #expect(line.contains(#/"records":0,"bytes":0,"age_seconds":[0-9]+,"stored_bytes":/#))
  }

  @Test("looking into a spool that is not there makes none")
  func nothingThere() throws {
    let command = try SpoolList.parse(["--spool", "/tmp/weir-no-such-spool"])
    #expect(throws: NoSpool(path: "/tmp/weir-no-such-spool")) { try command.run(terminal: RecordingTerminal()) }
    #expect(throws: Errno.noSuchFileOrDirectory) { try FilePath("/tmp/weir-no-such-spool").stat() }
  }
}
