import Foundation
import Spool
import SystemPackage
import Telemetry
import Testing

@testable import OpsCommands

/// `weir spool cat`
struct SpoolCatTests {
  /// What `body` writes to a file descriptor.
  private func written(_ body: (inout RecordOutput) throws -> Void) throws -> String {
    let path = FilePath(NSTemporaryDirectory()).appending("weir-cat-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(atPath: path.string) }
    let file = try FileDescriptor.open(path, .writeOnly, options: [.create], permissions: .ownerReadWrite)
    var output = RecordOutput(to: file)
    try body(&output)
    try file.close()
    return String(decoding: try Data(contentsOf: URL(filePath: path.string)), as: UTF8.self)
  }

  @Test("the records come out byte for byte, whatever the size of the segment", arguments: [0, 1, 3, 20_000])
  func records(count: Int) throws {
    let spool = try SmallSpool()
    let lines = (0..<count).map { #"{"id":\#($0),"name":"é🏠 \u2028"}"# }
    let path = try spool.add(1, of: "media", to: .fetched, lines: lines)
    let text = try written { try SpoolCat.print(path, to: &$0) }
    #expect(text == lines.map { "\($0)\n" }.joined())
  }

  @Test("damage is an error, and no record that was not verified is printed")
  func damaged() throws {
    let spool = try SmallSpool()
    let lines = (0..<20_000).map { #"{"id":\#($0)}"# }
    let path = try spool.add(1, of: "media", to: .fetched, lines: lines)
    try flipBit(of: path, at: Int(try path.stat().size) / 2)
    let text = try written { output in
      #expect(throws: SpoolError.self) { try SpoolCat.print(path, to: &output) }
    }
    #expect(lines.map { "\($0)\n" }.joined().hasPrefix(text))
  }

  @Test("a reader that has gone is told apart from a disk that is full")
  func brokenPipe() throws {
    let pipe = try FileDescriptor.pipe(options: .closeOnExec)
    try pipe.readEnd.close()
    signal(SIGPIPE, SIG_IGN)
    var output = RecordOutput(to: pipe.writeEnd)
    try output.append(Array("{}".utf8).span)
    #expect(throws: OutputError(errno: .brokenPipe)) { try output.flush() }
    #expect(OutputError(errno: .brokenPipe).isClosed)
    var full = RecordOutput(to: try FileDescriptor.open(FilePath("/dev/full"), .writeOnly))
    try full.append(Array("{}".utf8).span)
    #expect(throws: OutputError(errno: .noSpace)) { try full.flush() }
    #expect(OutputError(errno: .noSpace).exitStatus == .temporaryFailure)
    try pipe.writeEnd.close()
  }

  @Test("a name means the one file that has it; of several, the person chooses")
  func byName() throws {
    let spool = try SmallSpool()
    let fetched = try spool.add(1, of: "media", to: .fetched, .done, lines: ["{}"])
    let name = "\(SmallSpool.run)-000001"
    #expect(try SegmentSearch.file(name, in: { spool.spool }) == fetched)
    #expect(try SegmentSearch.file(fetched.string, in: { spool.spool }) == fetched)
    let hashed = try spool.add(1, of: "media", to: .hashed, lines: ["{}"])
    #expect(throws: SeveralPlaces(text: name, paths: [fetched, hashed])) {
      try SegmentSearch.file(name, in: { spool.spool })
    }
    #expect(throws: SegmentNotFound(text: "\(SmallSpool.run)-000009")) {
      try SegmentSearch.file("\(SmallSpool.run)-000009", in: { spool.spool })
    }
    #expect(throws: NotASegment(text: "readme")) { try SegmentSearch.file("readme", in: { spool.spool }) }
  }
}
