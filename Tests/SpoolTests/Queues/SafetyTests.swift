import Foundation
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import Spool

/// What could let somebody else read, or put something in.
struct SafetyTests {
  let folder: TemporarySpool
  let name = Samples.name(1)

  init() throws { folder = try TemporarySpool() }

  static let looseModes: [UInt16] = [0o701, 0o710, 0o750, 0o755, 0o777, 0o704, 0o720]

  @Test("a spool that others may look into is refused, and how to close it is said", arguments: looseModes)
  func looseRoot(mode: UInt16) throws {
    _ = try folder.spool.queue(.fetched, feed: "cars")
    try setMode(mode, of: folder.root)
    let error = try #require(throws: SpoolError.self) { try Spool(root: folder.root) }
    #expect(error.description.contains("chmod 700 \(folder.root)"))
    #expect(error.exitStatus == .permission)
    try setMode(0o700, of: folder.root)
    _ = try Spool(root: folder.root)
  }

  @Test(
    "a feed's directory, a queue or a state that others may look into is refused",
    arguments: ["cars", "cars/fetched", "cars/fetched/ready"]
  )
  func looseInside(path: String) throws {
    _ = try folder.spool.queue(.fetched, feed: "cars")
    try setMode(0o755, of: folder.root.appending(path))
    #expect(throws: SpoolError.self) { try folder.spool.queue(.fetched, feed: "cars") }
  }

  @Test("a directory that is made by hand, or came with a checkout, becomes a spool and private")
  func takenOver() throws {
    let root = folder.directory.appending("by-hand")
    try FileManager.default.createDirectory(atPath: root.string, withIntermediateDirectories: false)
    try setMode(0o755, of: root)
    try Samples.write([], to: root.appending(".gitignore"))
    _ = try Spool(root: root)
    #expect(try root.stat().permissions == .ownerReadWriteExecute)
  }

  @Test(
    "symbolic links to directories are not followed",
    arguments: ["", "cars", "cars/fetched", "cars/fetched/ready", "cars/state", "cars/rejected"]
  )
  func linkedDirectory(path: String) throws {
    let elsewhere = folder.directory.appending("elsewhere")
    try FileManager.default.createDirectory(
      atPath: elsewhere.string,
      withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700]
    )
    let link = path.isEmpty ? folder.root : folder.root.appending(path)
    _ = try folder.spool.queue(.fetched, feed: "cars")
    try? FileManager.default.removeItem(atPath: link.string)
    try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: elsewhere.string)
    #expect(throws: SpoolError.self) {
      let spool = try Spool(root: folder.root)
      _ = try spool.queue(.fetched, feed: "cars")
      _ = try spool.loadState("watermark.json", feed: "cars")
      _ = try spool.rejected(feed: "cars")
    }
    #expect(try Samples.names(in: elsewhere) == [])
  }

  @Test("a symbolic link in the place of a file is neither read, claimed nor written through")
  func linkedFile() throws {
    let queue = try folder.spool.queue(.fetched, feed: "cars")
    let victim = folder.directory.appending("victim")
    try Samples.write(Array("precious".utf8), to: victim)
    for state in [SegmentState.incoming, .ready, .done] {
      let path = queue.path(of: name, in: state)
      try FileManager.default.createSymbolicLink(atPath: path.string, withDestinationPath: victim.string)
    }
    #expect(throws: SpoolError.system(.tooManySymbolicLinkLevels, call: "open", path: queue.path(of: name, in: .done)))
    {
      try queue.open(name, in: .done)
    }
    #expect(throws: SpoolError.self) { _ = try queue.claim(name) }
    #expect(throws: SpoolError.self) { _ = try SegmentReader(queue.path(of: name, in: .ready)) }
    #expect(throws: SpoolError.self) { try folder.publish(["{}"], name: name) }
    #expect(String(decoding: try Samples.read(victim), as: UTF8.self) == "precious")
  }

  @Test("a pipe in the place of a segment is refused, and nobody waits for its other end")
  func pipe() throws {
    let queue = try folder.spool.queue(.fetched, feed: "cars")
    let path = queue.path(of: name, in: .ready)
    #expect(unsafe path.withPlatformString { unsafe mkfifo($0, 0o600) } == 0)
    #expect(throws: SpoolError.self) { _ = try queue.claim(name) }
  }

  @Test(
    "names that would lead out of the spool are refused",
    arguments: ["..", "../x", "/etc", "", "A", "a/b", "a\0b"]
  )
  func names(feed: String) throws {
    #expect(throws: SpoolError.badName(feed, of: "feed")) { try folder.spool.queue(.fetched, feed: feed) }
    #expect(throws: SpoolError.badName(feed, of: "feed")) { try folder.spool.loadState("watermark.json", feed: feed) }
  }

  @Test("a path is located however it is spelled, and only when it is in this spool")
  func locate() throws {
    let path = try folder.publish(["{}"], name: name)
    let expected = SegmentLocation(feed: "cars", queue: .fetched, state: .ready, name: name)
    #expect(try folder.spool.locate(path) == expected)
    let around = folder.root.appending("cars/../cars/fetched/./ready").appending(name.fileName)
    #expect(try folder.spool.locate(around) == expected)
    try folder.spool.queue(.fetched, feed: "cars").mustClaim(name).finish()
    #expect(try folder.spool.locate(path) == expected, "a place is one also when the segment has moved on")

    let other = try TemporarySpool()
    let elsewhere = try other.publish(["{}"], name: name)
    #expect(throws: SpoolError.foreignFile(elsewhere, root: folder.root)) { try folder.spool.locate(elsewhere) }
    let note = FilePath("\(path).error")
    #expect(throws: SpoolError.foreignFile(note, root: folder.root)) { try folder.spool.locate(note) }
  }

  private func setMode(_ mode: UInt16, of path: FilePath) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path.string)
  }
}
