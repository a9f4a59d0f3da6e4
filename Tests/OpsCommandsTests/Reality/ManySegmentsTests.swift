import Foundation
import Spool
import SystemPackage
import TestSupport
import Testing

/// Queues with very many segments. What a command does is counted, since how long it takes says as much about what else the
/// machine does; the times are printed.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ManySegmentsTests {
  static let many = 100_000

  /// A queue of so many segments: links to a few files, since an inode has at most 65,000 names on ext4.
  private static func filled(_ count: Int) throws -> RealSpool {
    let real = try RealSpool(settings: "\"attempts\": 3")
    try real.publish(segments: 4, records: 3)
    let queue = try real.queue(.fetched)
    let originals = try queue.segments(in: .ready).map { queue.path(of: $0, in: .ready).string }
    for number in 4..<count {
      let name = SegmentName(run: RealSpool.run, sequence: number)
      let result = unsafe link(originals[number % 4], queue.path(of: name, in: .ready).string)
      #expect(result == 0)
    }
    return real
  }

  /// Prints the seconds of the clock and of the processor that a command takes, at best of three.
  private static func time(_ command: String, in real: RealSpool) async throws {
    var (clock, processor) = (Double.infinity, Double.infinity)
    for _ in 0..<3 {
      let run = try await real.shell("TIMEFORMAT='%R %U %S'; time \(command)")
      #expect(run.status == 0, "\(run.errors)")
      let figures = run.errors.split(whereSeparator: \.isWhitespace).suffix(3).compactMap { Double($0) }
      try #require(figures.count == 3)
      clock = min(clock, figures[0])
      processor = min(processor, figures[1] + figures[2])
    }
    print("\(command): \(clock) s, \(processor) s of the processor")
  }

  /// Calls on the spool by name.
  private static func calls(_ command: String, in real: RealSpool) async throws -> [String: Int] {
    try await FaultShim.steps(of: "\(command) --spool spool", spool: "spool", in: real)
      .reduce(into: [:]) { $0[$1.call, default: 0] += 1 }
  }

  @Test("listing makes seven calls a segment, however many there are")
  func listing() async throws {
    var counts: [[String: Int]] = []
    for count in [1000, 2000] {
      let real = try Self.filled(count)
      try await FaultShim.build(in: real)
      counts.append(try await Self.calls("weir spool ls cars fetched", in: real))
    }
    // The name, what lstat(2) says of it, and the footer: open, look twice how long it is, read, close.
    let expected = ["readdir": 1000, "fstatat": 1000, "open": 1000, "fstat": 2000, "pread": 1000, "close": 1000]
    for call in counts[1].keys {
      let more = (counts[1][call] ?? 0) - (counts[0][call] ?? 0)
      #expect(more == expected[call] ?? 0, "\(call)")
    }
    let list = "weir spool ls cars fetched --state ready | wc -l"
    for count in [Self.many / 10, Self.many] { try await Self.time(list, in: Self.filled(count)) }
  }

  @Test("a program that works a queue off lists it once, and makes as many calls for each segment as for any other")
  func draining() async throws {
    var counts: [[String: Int]] = []
    for segments in [4, 24, 44] {
      let real = try RealSpool(settings: "\"attempts\": 3")
      try await FaultShim.build(in: real)
      try real.publish(segments: segments, records: 3)
      counts.append(try await Self.calls("weir-hash --feed cars", in: real))
    }
    #expect(counts[0]["opendir"] == counts[2]["opendir"])
    for call in counts[2].keys {
      let (first, second) = (
        (counts[1][call] ?? 0) - (counts[0][call] ?? 0), (counts[2][call] ?? 0) - (counts[1][call] ?? 0)
      )
      #expect(first == second && first < 20 * 20, "\(call)")
    }
  }

  @Test("a program takes one of 100,000 by the very calls by which it takes one of 100")
  func claiming() async throws {
    var counts: [[String: Int]] = []
    for count in [100, Self.many] {
      let real = try Self.filled(count)
      try await FaultShim.build(in: real)
      let name = SegmentName(run: RealSpool.run, sequence: 2)
      let path = "spool/cars/fetched/ready/\(name.fileName)"
      // The folders first, so that both find them.
      let first = try await real.shell("weir-hash \(path.replacing("000002", with: "000001"))")
      #expect(first.status == 0, "\(first.errors)")
      counts.append(try await Self.calls("weir-hash \(path)", in: real))
      let queue = try real.queue(.fetched)
      let times = try queue.segments(in: .ready).suffix(50).map { name in
        try ContinuousClock().measure { try queue.claim(name)?.release() } / .microseconds(1)
      }
      print("claim among \(count): \(times.sorted()[times.count / 2]) µs")
    }
    #expect(counts[0] == counts[1] && counts[0].values.reduce(0, +) > 20)
  }
}
