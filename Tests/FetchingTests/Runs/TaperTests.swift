import Spool
import TestSupport
import Testing

@testable import Fetching
@testable import PipelineConfig

/// The last segments of a run are smaller, so that little is left to do when the last record has come.
struct TaperTests {
  /// Eight pages of 400 records of 4 KB, in segments of 1,600 at most.
  @Test(
    "where the vendor tells how many records there are, each of the last segments is half of what is left",
    arguments: [
      (count: 3200 as Int?, limit: nil as Int?, sizes: [1600, 800, 510, 290]),
      (3200, 2000, [1000, 510, 490]),
      (nil, 2000, [1000, 510, 490]),
      (nil, nil, [1600, 1600]),
      // Others came in between: what was announced is less than what comes.
      (100, nil, [1600, 1600]),
    ]
  )
  func sizes(count: Int?, limit: Int?, sizes: [Int]) async throws {
    let filling = String(repeating: "x", count: 4000)
    try await WireServer.serving { number, _ in
      let records = (400 * (number - 1)..<400 * number).map { id in
        #"{"id":\#(id),"at":"2026-01-01T00:00:00Z","x":"\#(filling)"}"#
      }
      let total = count.map { #""@odata.count":\#($0),"# } ?? ""
      let link = number < 8 ? #","@odata.nextLink":"cars?$skip=\#(number)""# : ""
      return WireServer.Reply(#"{\#(total)"value":[\#(records.joined(separator: ","))]\#(link)}"#)
    } _: { server in
      let trial = try FetchTrial(server.url, segmentRecords: 1600)
      var options = FetchOptions()
      options.limit = limit
      let (summary, _) = try await trial.run(options)
      let records = try trial.segments().filter { $0.footer.kind == .data }.map(\.footer.records)
      #expect(records.reduce(0, +) == summary.counts["records"])
      // An eighth of 16 MiB in records of 4,045 bytes is 518 or so; the first ones are a byte or two shorter.
      #expect(records.count == sizes.count && zip(records, sizes).allSatisfy { abs($0 - $1) <= 12 }, "\(records)")
    }
  }

  /// Records and bytes of a segment, what is left, bytes of a record, and how many records the segment may have then.
  static let cases: [[Int]] = [
    [20_000, 16 << 20, 200_000, 1000, 20_000], [20_000, 16 << 20, 16_000, 1000, 8000],
    [20_000, 16 << 20, 15_999, 1000, 8000], [20_000, 16 << 20, 4000, 1000, 2500], [20_000, 16 << 20, 1, 1000, 2500],
    [20_000, 16 << 20, 9000, 100, 20_000],
    [20_000, 16 << 20, 9000, 0, 20_000], [100, 16 << 20, 50, 1000, 100], [20_000, 64 << 10, 4000, 1000, 2500],
  ]

  @Test("a segment is at most what it may be, and not too small to be worth it", arguments: cases)
  func least(values: [Int]) {
    var limits = SegmentLimits()
    (limits.records, limits.bytes) = (values[0], values[1])
    let tapered = limits.tapered(to: values[2], ofBytes: values[3])
    #expect(tapered.records == values[4] && tapered.bytes == values[1] && tapered.time == limits.time)
  }
}
