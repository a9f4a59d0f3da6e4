import ArgumentParser
import Foundation
import Spool
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import OpsCommands

/// `weir spool retry`
struct SpoolRetryTests {
  private let records = ["{\"id\":null,\"n\":1}", "not json at all", "{\"id\":null,\"n\":3}"]

  @Test("rejected records go back into fetched as they came, as a run that ends; then the file is gone")
  func whole() async throws {
    let spool = try SmallSpool()
    let file = try spool.reject(7, of: "media", records: records)
    let result = try await ran(SpoolRetry.self, ["\(SmallSpool.run)-000007", "--spool", spool.root.string])
    #expect(result.status == 0 && result.output.count == 2)
    let segment = FilePath(try #require(result.output.first))
    #expect(try spool.lines(segment) == records)
    let footer = try SegmentReader.footer(of: segment)
    #expect(footer.fetched == 3 && footer.stage == .fetched && footer.mode == .incremental)
    #expect(footer.retryOf == "\(SmallSpool.run)-000007.hash")
    let end = try #require(try SegmentReader.footer(of: FilePath(result.output[1])).end)
    #expect(end == EndOfRun(complete: false, segments: 1, records: 3), "the watermark stays where it is")
    #expect(!FileManager.default.fileExists(atPath: file.string))
    #expect(try SegmentReader.footer(of: segment).run.description > SmallSpool.run, "so it wins at equal versions")
  }

  @Test("after an edit the edited lines are sent, and those that are not among them stay put aside")
  func edited() async throws {
    let spool = try SmallSpool()
    let file = try spool.reject(7, of: "media", records: records)
    let lines = try spool.lines(file)
    let edit = spool.root.appending("edited.ndjson").string
    let mended = lines[2].replacing("\"id\":null", with: "\"id\":\"X3\"")
    try Data("\(mended)\n".utf8).write(to: URL(filePath: edit))
    let result = try await ran(SpoolRetry.self, [file.string, "--records", edit, "--spool", spool.root.string])
    #expect(try spool.lines(FilePath(try #require(result.output.first))) == ["{\"id\":\"X3\",\"n\":3}"])
    #expect(try spool.lines(file) == Array(lines[..<2]))
    #expect(result.notes == ["1 records sent again"])
    let again = try await ran(SpoolRetry.self, ["ALL", "--spool", spool.root.string])
    #expect(try spool.lines(FilePath(try #require(again.output.first))) == Array(records[..<2]))
  }

  @Test("edited lines of a segment of which two stages have refused records want the one file that they are from")
  func editedOfTwo() async throws {
    let spool = try SmallSpool()
    let hash = try spool.reject(7, of: "media", records: records)
    let stage = try spool.reject(7, of: "media", records: records, stage: .stage)
    let edit = spool.root.appending("edited.ndjson").string
    try Data("\(try spool.lines(hash)[0])\n".utf8).write(to: URL(filePath: edit))
    let words = ["\(SmallSpool.run)-000007", "--records", edit, "--spool", spool.root.string]
    let error = await #expect(throws: SeveralPlaces.self) { try await ran(SpoolRetry.self, words) }
    #expect(error?.paths == [hash, stage] && error?.exitStatus == .usage)
    #expect(try spool.lines(hash).count == 3 && spool.lines(stage).count == 3)
    let sent = try await ran(SpoolRetry.self, [hash.string] + words.dropFirst())
    #expect(sent.status == 0 && sent.notes == ["1 records sent again"])
    #expect(try spool.lines(hash).count == 2 && spool.lines(stage).count == 3)
  }

  @Test("an edit that is no line of rejected records, or of no file that was named, is refused with its place")
  func badEdits() async throws {
    let spool = try SmallSpool()
    let file = try spool.reject(7, of: "media", records: records)
    let edit = spool.root.appending("edited.ndjson").string
    for (text, why) in [("{\"id\":1}", "\"segment\" is not"), ("nonsense", "at byte")] {
      try Data("\(text)\n".utf8).write(to: URL(filePath: edit))
      let error = await #expect(throws: BadEdit.self) {
        try await ran(SpoolRetry.self, [file.string, "--records", edit, "--spool", spool.root.string])
      }
      #expect(error?.line == 1 && error?.why.contains(why) == true, "\(String(describing: error))")
    }
    let elsewhere = try spool.lines(file)[0].replacing("\"line\":1", with: "\"line\":99")
    try Data("\(elsewhere)\n".utf8).write(to: URL(filePath: edit))
    await #expect(throws: UnusedEdits(count: 1)) {
      try await ran(SpoolRetry.self, [file.string, "--records", edit, "--spool", spool.root.string])
    }
    #expect(try spool.lines(file).count == 3, "and nothing was sent")
  }

  @Test("--dry-run says how many records each file has, and sends none; a name without rejects is refused")
  func dryRun() async throws {
    let spool = try SmallSpool()
    let file = try spool.reject(7, of: "media", records: records)
    let folder = ["--spool", spool.root.string]
    #expect(try await ran(SpoolRetry.self, ["ALL", "--dry-run"] + folder).output == ["\(file)\t3"])
    #expect(try spool.names("media", .fetched, .ready) == [])
    await #expect(throws: NoRejects(text: "\(SmallSpool.run)-000001")) {
      try await ran(SpoolRetry.self, ["\(SmallSpool.run)-000001"] + folder)
    }
    #expect(try await ran(SpoolRetry.self, ["ALL", "--feed", "media"] + folder).output.count == 2)
    #expect(
      try await ran(SpoolRetry.self, ["ALL", "--feed", "media"] + folder).output == [],
      "done twice it does nothing"
    )
  }

  @Test("a damaged file of rejected records is refused whole: it stays, and nothing of it is sent")
  func damaged() async throws {
    let spool = try SmallSpool()
    let file = try spool.reject(7, of: "media", records: records)
    try flipBit(of: file, at: 40)
    await #expect(throws: SpoolError.self) { try await ran(SpoolRetry.self, ["ALL", "--spool", spool.root.string]) }
    #expect(FileManager.default.fileExists(atPath: file.string))
    #expect(try spool.names("media", .fetched, .ready) == [])
  }
}
