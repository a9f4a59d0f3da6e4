import Foundation
import JSONText
import TestSupport
import Testing

/// A fetch that is killed again and again goes on where it was.
///
/// Off until what came after the last published segment is kept, too: `WEIR_TEST_FETCH_KILLS=300` turns it on.
@Suite(
  .enabled(
    if: ProcessInfo.processInfo.environment["WEIR_TEST_FETCH_KILLS"] != nil,
    "a killed fetch asks for the pages of its open segment again; WEIR_TEST_FETCH_KILLS=300 runs this"
  )
)
struct FetchKillTests {
  private static let kills = ProcessInfo.processInfo.environment["WEIR_TEST_FETCH_KILLS"].flatMap(Int.init) ?? 300
  private static let pages = 2000
  private static let pageSize = 5
  private static let inFlight = 4

  @Test(
    "kill -9 at 300 random moments of 2,000 pages: nothing is missing, and no page is asked for often",
    .timeLimit(.minutes(10)),
    arguments: [VendorDialect.page, .odata, .keyset]
  )
  func kills(dialect: VendorDialect) async throws {
    let count = Self.pages * Self.pageSize
    let feeds = """
      { "cars": { "source": "shop", "path": "cars", "key": ["id"], "table": "car", "cursor": \(dialect.cursor),
          "pagination": \(dialect.pagination(pageSize: Self.pageSize)),
          "columns": { "id": "bigint", "updated_at": "timestamptz" } } }
      """
    let limits = #", "limits": { "concurrency": \#(Self.inFlight) }"#
    try await PractiseVendor.serving(["--cars", "\(count)", "--seed", "5"]) { vendor in
      // Long enough for the moments to be anywhere in it: about as many pages a life as it takes for that many lives.
      try await vendor.rules(#"{ "faults": [{ "delay": 0.02, "do": { "kind": "slow" } }] }"#)
      let bench = try FetchBench(vendor, base: dialect.base, source: limits, feeds: feeds, segmentRecords: 500)
      var random = SeededGenerator(seed: 300)
      var (killed, ended) = (0, 0)
      while killed < Self.kills, ended == 0 {
        let time = Int.random(in: 1...150, using: &random)
        if try await bench.fetch("cars", killedAfter: { try await Task.sleep(for: .milliseconds(time)) }) {
          killed += 1
        } else {
          ended += 1
        }
      }
      try await vendor.rules(#"{ "faults": null }"#)
      let last = try await bench.fetch("cars")
      #expect(last.status == 0, "\(last.message)")

      var asked: [String: Int] = [:]
      for entry in try await vendor.log() { asked[entry.page, default: 0] += 1 }
      let lines = try bench.lines("cars")
      let ids = try Set(lines.map { try JSONValue(parsing: $0)["id"]?.integer ?? 0 })
      let (most, sum) = (asked.values.max() ?? 0, asked.values.reduce(0, +))
      print(
        "kills, \(dialect): \(killed) kills, \(asked.count) pages asked \(sum) times, one at most \(most) times,",
        "\(lines.count) lines of \(ids.count) records"
      )
      #expect(killed == Self.kills && ended == 0, "the run was over before \(Self.kills) kills")
      #expect(ids.count == count && lines.count == count)
      #expect(most <= 1 + Self.inFlight && sum <= asked.count + killed * Self.inFlight)
    }
  }
}
