import Foundation
import Spool
import SystemPackage
import TestSupport
import Testing

@testable import OpsCommands

/// One queue with 100,000 segments.
@Suite(.serialized)
struct ManySegmentsTests {
  static let count = 100_000

  /// A queue of so many segments: links to a few files, since an inode has at most 65,000 names on ext4.
  private static func filled(_ count: Int) throws -> RealSpool {
    let real = try RealSpool(settings: "\"attempts\": 3")
    try real.publish(segments: 4, records: 3)
    let queue = try real.queue(.fetched)
    let originals = try queue.segments(in: .ready).map { queue.path(of: $0, in: .ready).string }
    guard let run = RunID("20261121T000000Z-0000") else { return real }
    for number in 0..<count {
      let name = SegmentName(run: run, sequence: number)
      let result = unsafe link(originals[number % 4], queue.path(of: name, in: .ready).string)
      #expect(result == 0)
    }
    return real
  }

  @Test("100,000 segments are listed in under a second")
  func listing() async throws {
    let real = try Self.filled(Self.count)
    var best = Double.infinity
    var spent: [String] = []
    for _ in 0..<5 where best >= 1 {
      let run = try await real.shell("TIMEFORMAT='%R %U %S'; time weir spool ls cars fetched | wc -l")
      #expect(run.status == 0 && run.lines == ["\(Self.count + 4)"])
      spent = run.errors.split(whereSeparator: \.isWhitespace).map(String.init)
      let figures = spent.compactMap(Double.init)
      guard figures.count == 3 else { break }
      // On a machine that does other things at the same time the processor's own time is what the listing takes.
      best = min(best, figures[0], (figures[1] + figures[2]) / 2)
    }
    print("listing 100,000: \(spent) s real, user, system")
    #expect(best < 1)
  }

  @Test("claiming one of 100,000 takes no longer than one of 100")
  func claiming() throws {
    func microseconds(_ count: Int) throws -> Double {
      let real = try Self.filled(count)
      let queue = try real.queue(.fetched)
      let names = try queue.segments(in: .ready).suffix(100).shuffled()
      let times = try names.map { name in
        let time = try ContinuousClock().measure { try queue.claim(name)?.release() }
        return time / .microseconds(1)
      }
      return times.sorted()[times.count / 2]
    }
    let (few, many) = (try microseconds(100), try microseconds(Self.count))
    print("claim: \(few) µs among 100, \(many) µs among 100,000")
    #expect(many < few * 3 + 50)
  }
}
