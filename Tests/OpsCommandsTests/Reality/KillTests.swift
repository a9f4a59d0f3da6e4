import Foundation
import Postgres
import Spool
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// The real programs on a real spool and a real PostgreSQL, killed with SIGKILL wherever they happen to be.
@Suite(.postgres, .serialized)
struct KillTests {
  /// 1,000 in a pull request, more at night: `WEIR_TEST_KILLS=20000`.
  static let kills = ProcessInfo.processInfo.environment["WEIR_TEST_KILLS"].flatMap(Int.init) ?? 1000

  /// How the programs were run and ended.
  private final class Tally: Sendable {
    let counts = Mutex((kills: 0, ends: 0))
    /// Kills by program.
    let killed = Mutex<[String: Int]>([:])

    /// The programs that were killed too seldom: each wants a fiftieth of all kills.
    var lacking: [Int] {
      killed.withLock { killed in
        KillTests.programs.indices.filter { (killed[KillTests.programs[$0].name] ?? 0) < KillTests.kills / 50 }
      }
    }
  }

  private static let programs: [(name: String, arguments: [String])] = [
    ("weir-hash", ["--feed", "cars"]), ("weir-stage", ["--feed", "cars", "--jobs", "2"]),
    ("weir-merge", ["--feed", "cars"]),
    ("weir-fetch", ["cars", "--full"]),
  ]

  /// Runs a program and kills it after a while; one that was quicker has ended by itself.
  private static func runAndKill(
    _ program: (name: String, arguments: [String]),
    after time: Duration,
    _ real: RealSpool,
    _ tally: Tally
  ) async throws {
    let status = try await Programs.kill(
      program.name,
      program.arguments,
      environment: real.environment,
      in: real.directory
    ) { try await Task.sleep(for: time) }
    let wasKilled = status == nil
    tally.counts.withLock { if wasKilled { $0.kills += 1 } else { $0.ends += 1 } }
    if wasKilled { tally.killed.withLock { $0[program.name, default: 0] += 1 } }
  }

  @Test("killed again and again over all four programs, at random times: 0 lost, 0 doubled", .timeLimit(.minutes(90)))
  func kills() async throws {
    let database = try #require(TestDatabase.current)
    try await PractiseVendor.serving(["--cars", "2000", "--seed", "11"]) { vendor in
      let settings = "\"segment\": { \"records\": 25 }, \"attempts\": 1000"
      let real = try RealSpool(settings: settings, vendor: vendor, database: database.url)
      let migrated = try await real.shell("weir db migrate --directory \(Programs.packageRoot)/sql")
      #expect(migrated.status == 0, "\(migrated.errors)")
      let tally = Tally()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for worker in 0..<3 {
          group.addTask {
            var random = SeededGenerator(seed: UInt64(worker))
            while true {
              let isEnough = tally.counts.withLock { $0.kills } >= Self.kills
              let lacking = tally.lacking
              if isEnough && lacking.isEmpty { break }
              // Fetch seldom: each time it brings everything anew. At the end only who lacks kills.
              let number = Int.random(in: 0..<20, using: &random)
              let usual = number == 0 ? 3 : number % 3
              let pick = isEnough ? lacking.first ?? usual : usual
              let most = pick == 3 ? 400 : 90
              let time = Duration.milliseconds(Int.random(in: 5...most, using: &random))
              try await Self.runAndKill(Self.programs[pick], after: time, real, tally)
            }
          }
        }
        try await group.waitForAll()
      }
      let after = try await real.shell(
        "weir-hash --feed cars && weir-stage --feed cars && weir-merge --feed cars; weir-fetch cars --full | weir-hash - | weir-stage - | weir-merge -"
      )
      #expect(after.status == 0, "\(after.errors)")
      try await check(real, database)
      let (kills, ends) = tally.counts.withLock { $0 }
      let killed = tally.killed.withLock { $0 }
      #expect(tally.lacking == [], "\(killed)")
      let parts = killed.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
      print("kills \(kills) (\(parts)), ended by themselves \(ends)")
    }
  }

  /// Every segment that fetch has published is merged once, with every record in its place; the table is the vendor's.
  private func check(_ real: RealSpool, _ database: TestDatabase) async throws {
    for queue in QueueName.allCases {
      let left = try (real.queue(queue).segments(in: .ready), real.queue(queue).segments(in: .held))
      #expect(
        left.0.filter { (try? SegmentReader.footer(of: real.queue(queue).path(of: $0, in: .ready)).kind) != .end } == []
      )
      #expect(left.1 == [], "\(queue)")
    }
    var connection = try database.connect()
    let published = try real.queue(.fetched).segments(in: .done)
    let merged = try connection.query("SELECT run, sequence, fetched, rejected FROM weir.ledger ORDER BY run, sequence")
    var counts: [String: Int] = [:]
    for row in merged { counts["\(row[0] ?? "")-\(row[1] ?? "")"] = Int(row[2] ?? "") }
    #expect(counts.count == merged.count, "no segment is in the ledger twice")
    var lost = 0
    for name in published {
      let footer = try SegmentReader.footer(of: real.queue(.fetched).path(of: name, in: .done))
      guard footer.kind == .data else { continue }
      if counts["\(name.run)-\(name.sequence)"] != footer.fetched { lost += 1 }
    }
    #expect(lost == 0, "of \(published.count) published segments")
    #expect(published.count > 50)
    let rows = try connection.query("SELECT count(*), count(DISTINCT id) FROM public.car").first ?? []
    #expect(rows == ["2000", "2000"])
    let verified = try await real.shell("weir spool verify")
    #expect(verified.status == 0, "\(verified.output)")
  }
}
