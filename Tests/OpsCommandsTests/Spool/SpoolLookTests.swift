import ArgumentParser
import Foundation
import Spool
import SystemPackage
import TestSupport
import Testing

@testable import OpsCommands

/// `weir spool stat`, `explain` and `gc`, and records by number and key.
struct SpoolLookTests {
  private func filled() throws -> SmallSpool {
    let spool = try SmallSpool()
    for sequence in 1...2 { try spool.add(sequence, of: "media", to: .fetched, .done, lines: ["{\"id\":1}"]) }
    try spool.add(3, of: "media", to: .fetched, lines: ["{\"id\":2}"])
    try spool.add(1, of: "media", to: .hashed, .held, lines: ["{\"key\":[\"X1\"],\"n\":1}"])
    try spool.add(2, of: "media", to: .hashed, .done, lines: ["{\"key\":[\"X\\u0031\",7]}", "{\"key\":[12]}"])
    _ = try spool.reject(2, of: "media")
    return spool
  }

  @Test("stat counts each queue by state, with its oldest and its rate")
  func stat() async throws {
    let spool = try filled()
    let rows = try await ran(SpoolStat.self, ["--spool", spool.root.string]).output
      .map { $0.split(separator: " ").map(String.init) }
    #expect(
      rows.map { Array($0.prefix(8)) } == [
        ["FEED", "QUEUE", "INCOMING", "READY", "CLAIMED", "DONE", "HELD", "REJECTED"],
        ["media", "fetched", "0", "1", "0", "2", "0", "1"], ["media", "hashed", "0", "0", "0", "1", "1", "0"],
        ["media", "staged", "0", "0", "0", "0", "0", "0"],
      ]
    )
    #expect(rows[1].dropLast().last?.wholeMatch(of: /[0-9]+s/) != nil && rows[1].last == "0.2")
    #expect(rows[3].suffix(2) == ["-", "0.0"])
    let json = try await ran(SpoolStat.self, ["media", "--json", "--spool", spool.root.string]).output
    #expect(json.first?.contains("\"ready\":1,\"done\":2,\"held\":0,\"claimed\":0,\"rejected\":1") == true)
  }

  @Test("explain says in words what the footer says, and why the segment is where it is")
  func explain() async throws {
    let spool = try filled()
    let text = try await ran(SpoolExplain.self, ["\(SmallSpool.run)-000001", "--spool", spool.root.string]).output
    #expect(text.filter { !$0.hasPrefix("  ") }.count == 2, "once for each place")
    #expect(text.contains("  Of 1 record that were fetched, 1 are in it."))
    #expect(text.contains("  It is held: damaged: for a test."))
    #expect(text.contains("  To make it again: weir spool redo hash \(SmallSpool.run)-000001"))
    let path = try spool.add(9, of: "media", to: .staged, lines: ["{}"])
    try flipBit(of: path, at: Int(try path.stat().size) - 3)
    let damaged = try await ran(SpoolExplain.self, [path.string, "--spool", spool.root.string])
    #expect(damaged.status == 65 && damaged.output.contains { $0.contains("damaged") })
  }

  @Test("gc takes what was worked off and is past its time, but nothing that something on its way was made of")
  func gc() async throws {
    let spool = try filled()
    try spool.add(4, of: "media", to: .fetched, .done, lines: ["{}"])
    try spool.add(4, of: "media", to: .staged, lines: ["{}"])
    let arguments = ["--keep", "0s", "--spool", spool.root.string]
    // Older than 0 seconds: a second has to pass, which the file system's clock says.
    let done = try spool.spool.queue(.fetched, feed: "media").stored(in: [.done])
    while Now.seconds <= done.map(\.movedAt).max() ?? 0 { try await Task.sleep(for: .milliseconds(20)) }
    let dry = try await ran(SpoolGC.self, ["--dry-run"] + arguments)
    #expect(try spool.names("media", .fetched, .done) == [1, 2, 4])
    let wet = try await ran(SpoolGC.self, arguments)
    #expect(Set(dry.output) == Set(wet.output) && wet.output.count == 2)
    #expect(try spool.names("media", .fetched, .done) == [1, 4], "1 is held in hashed, 4 is ready in staged")
    #expect(try spool.names("media", .hashed, .done) == [] && spool.names("media", .fetched, .ready) == [3])
    #expect(try spool.spool.rejected(feed: "media").count == 1)
    #expect(try await ran(SpoolGC.self, arguments).output == [])
  }

  @Test("what a queue keeps is bounded in bytes too: the oldest go first")
  func gcBytes() throws {
    let spool = try SmallSpool()
    for sequence in 1...5 { try spool.add(sequence, of: "media", to: .fetched, .done, lines: ["{}"]) }
    let one = try spool.spool.queue(.fetched, feed: "media").stored(in: [.done])[0].storedBytes
    let rules = [QueueName.fetched: KeepRule(seconds: 1000, bytes: one * 2)]
    let garbage = try spool.spool.garbage(feed: "media", keep: rules, now: Now.seconds)
    #expect(garbage.map { SegmentName(fileName: $0.path.lastComponent?.string ?? "")?.sequence } == [1, 2, 3])
    #expect(garbage.allSatisfy { $0.kind == .done && $0.bytes == one })
  }

  @Test("gc removes the drafts of writers that died an hour ago, and not those of writers that live")
  func gcDrafts() throws {
    let spool = try SmallSpool()
    let queue = try spool.spool.queue(.fetched, feed: "media")
    let left = queue.path(of: try SmallSpool.name(1), in: .incoming)
    try Data("half".utf8).write(to: URL(filePath: left.string))
    let writer = try SegmentWriter(queue: queue, name: SmallSpool.name(2))
    let later = Now.seconds + 7200
    let garbage = try spool.spool.garbage(feed: "media", keep: [:], now: later)
    #expect(garbage.map(\.kind) == [.draft, .draft])
    let removed = try garbage.filter { try spool.spool.remove($0) }
    #expect(removed.map(\.path) == [left], "the other is locked by its writer")
    #expect(try spool.spool.garbage(feed: "media", keep: [:], now: Now.seconds) == [])
    _ = writer.records
  }

  @Test("where finds a key in every queue, escapes read, with the number of the record", arguments: [true, false])
  func key(isArray: Bool) async throws {
    let spool = try filled()
    let key = isArray ? "[\"X1\",7]" : "X1"
    let output = try await ran(SpoolWhere.self, [key, "--spool", spool.root.string]).output
    let place = isArray ? ["done", "000002"] : ["held", "000001"]
    let expected = ["media", "hashed", place[0]]
    #expect(output.map { $0.split(separator: "\t").map(String.init).prefix(3) } == [expected[...]])
    #expect(output.first?.contains("\(place[1]).ndjson.lz4\trecord 1") == true)
    await #expect(throws: KeyNotFound(key: "X9")) {
      try await ran(SpoolWhere.self, ["X9", "--spool", spool.root.string])
    }
  }

  @Test("a range of records is one number or first-last", arguments: ["0", "x", "3-2", "1-2-3", "-1", ""])
  func ranges(text: String) throws {
    #expect(throws: (any Error).self) { try RecordRange(option: text) }
    #expect(try RecordRange(option: "17").numbers == 17...17)
    #expect(try RecordRange(option: "3-5").numbers == 3...5)
  }
}
