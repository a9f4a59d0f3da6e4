import Foundation
import Spool
import SystemPackage
import TestSupport
import Testing

/// Names, lines and files that the tests of the spool share.
enum Samples {
  static let run = run("20261120T234408Z-7k2q")

  static func run(_ text: String) -> RunID {
    guard let run = RunID(text) else { preconditionFailure("\(text) is the name of a run") }
    return run
  }

  static func name(_ sequence: Int) -> SegmentName { SegmentName(run: run, sequence: sequence) }

  /// Lines of every kind that records have: short, empty, not ASCII, and, when asked for, longer than a block.
  static func lines(_ count: Int, seed: UInt64, longest: Int = 300) -> [String] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { number in
      let text = String(repeating: "é🏠 ", count: Int.random(in: 0...longest / 7, using: &random))
      return Int.random(in: 0..<20, using: &random) == 0 ? "" : "{\"id\":\(number),\"text\":\"\(text)\"}"
    }
  }

  static func read(_ path: FilePath) throws -> [UInt8] {
    try [UInt8](#require(FileManager.default.contents(atPath: path.string)))
  }

  static func write(_ bytes: [UInt8], to path: FilePath) throws {
    try Data(bytes).write(to: URL(filePath: path.string))
  }

  static func names(in directory: FilePath) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.string).sorted()
  }
}

extension SpoolQueue {
  /// The states in which a segment of that name is now.
  func states(of name: SegmentName) throws -> [SegmentState] {
    try SegmentState.allCases.filter { try segments(in: $0).contains(name) }
  }

  /// Claims a segment that must be free.
  func mustClaim(_ name: SegmentName) throws -> ClaimedSegment {
    guard let claimed = try claim(name) else { throw NotFree() }
    return claimed
  }

  /// Claims the first free segment after a name, of which there must be one.
  func mustClaim(first after: SegmentName?) throws -> ClaimedSegment {
    guard let claimed = try claimNext(after: after) else { throw NotFree() }
    return claimed
  }
}

/// A segment that a test needs is not to be had.
struct NotFree: Error {}
