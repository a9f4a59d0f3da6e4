import ArgumentParser
import Foundation
import Spool
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import OpsCommands

/// `weir spool verify`
struct SpoolVerifyTests {
  /// What it printed, and what it would exit with.
  private func verify(_ arguments: [String]) throws -> (terminal: RecordingTerminal, status: Int32) {
    let terminal = RecordingTerminal()
    do {
      let command = try SpoolVerify.parse(arguments)
      try command.run(terminal: terminal)
      return (terminal, 0)
    } catch let code as ExitCode {
      return (terminal, code.rawValue)
    }
  }

  @Test("a spool in order says how much it looked at, and nothing on standard output")
  func sound() throws {
    let spool = try SmallSpool()
    try spool.add(1, of: "media", to: .fetched, .done, lines: ["{\"a\":1}", "{}"])
    try spool.add(1, of: "cars", to: .staged, .held, lines: [])
    _ = try spool.reject(1, of: "media")
    let result = try verify(["--spool", spool.root.string])
    #expect(result.status == 0)
    #expect(result.terminal.output == [])
    #expect(result.terminal.notes.first?.hasPrefix("3 files, 3 records, ") == true)
    #expect(result.terminal.notes.first?.hasSuffix("; 0 wrong") == true)
  }

  /// Ways in which a file can come to harm.
  enum Harm: CaseIterable {
    case bit
    case cut
    case renamed
    case empty
    case tail
  }

  private func apply(_ harm: Harm, to path: FilePath) throws -> FilePath {
    let url = URL(filePath: path.string)
    let bytes = try Data(contentsOf: url)
    func put(_ data: Data) throws {
      try FileManager.default.removeItem(at: url)
      try data.write(to: url)
    }
    switch harm {
    case .bit: try flipBit(of: path, at: bytes.count / 3)
    case .cut: try put(bytes.prefix(bytes.count - 7))
    case .empty: try put(Data())
    case .tail: try put(bytes + Data([0]))
    case .renamed:
      let other = path.removingLastComponent().appending(try SmallSpool.name(77).fileName)
      try FileManager.default.moveItem(atPath: path.string, toPath: other.string)
      return other
    }
    return path
  }

  @Test(
    "every file that is wrong is named with its reason, the others are not, and the status is 65",
    arguments: Harm.allCases
  )
  func harmed(harm: Harm) throws {
    let spool = try SmallSpool()
    let lines = (0..<500).map { #"{"id":\#($0)}"# }
    try spool.add(1, of: "media", to: .fetched, .done, lines: lines)
    let second = try apply(harm, to: spool.add(2, of: "media", to: .fetched, .done, lines: lines))
    let third = try apply(harm, to: spool.add(1, of: "media", to: .staged, lines: lines))
    let rejected = try apply(.cut, to: spool.reject(5, of: "media"))
    let result = try verify(["--spool", spool.root.string])
    #expect(result.status == Telemetry.ExitStatus.dataError.rawValue)
    let files = result.terminal.output.map { $0.split(separator: "\t").map(String.init) }
    #expect(files.map(\.first) == [second.string, third.string, rejected.string])
    #expect(files.map(\.count) == [2, 2, 2], "each with a reason that is one field: \(files)")
  }

  @Test("files can be checked by name, wherever they are, without a spool")
  func byName() throws {
    let spool = try SmallSpool()
    let first = try spool.add(1, of: "media", to: .fetched, lines: ["{}"])
    let elsewhere = FilePath(NSTemporaryDirectory()).appending(first.lastComponent?.string ?? "")
    try FileManager.default.copyItem(atPath: first.string, toPath: elsewhere.string)
    defer { try? FileManager.default.removeItem(atPath: elsewhere.string) }
    #expect(try verify([first.string, elsewhere.string]).status == 0)
    let missing = try verify([first.string, "/no/such.ndjson.lz4"])
    #expect(missing.status == 65)
    #expect(missing.terminal.output.count == 1)
  }
}
