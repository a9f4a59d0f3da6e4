import Spool
import TestSupport
import Testing

@testable import Fetching
@testable import PipelineConfig

/// The last segments of a run are smaller, so that little is left to do when the last record has come.
@Suite(.timeLimit(.minutes(3)))
struct TaperTests {
  /// Eight pages of 400 records of 4 KB, in segments of 1,600 at most.
  @Test(
    "where the vendor tells how many records there are, each of the last segments is half of what is left",
    arguments: [
      (count: 3200 as Int?, each: 0, limit: nil as Int?, sizes: [1600, 800, 400, 260, 140]),
      (3200, 0, 2000, [1000, 500, 260, 240]),
      (nil, 0, 2000, [1000, 500, 260, 240]),
      (nil, 0, nil, [1600, 1600]), (nil, 0, .max, [1600, 1600]),
      // Less is announced than what comes, or with each page another number.
      (100, 0, nil, [1600, 1600]), (3200, 1, nil, [1600, 1600]), (400, 400, nil, [1600, 1600]),
    ]
  )
  func sizes(count: Int?, each: Int, limit: Int?, sizes: [Int]) async throws {
    let filling = String(repeating: "x", count: 4000)
    try await WireServer.serving { number, _ in
      let records = (400 * (number - 1)..<400 * number).map { id in
        #"{"id":\#(id),"at":"2026-01-01T00:00:00Z","x":"\#(filling)"}"#
      }
      let total = count.map { #""@odata.count":\#($0 + each * (number - 1)),"# } ?? ""
      let link = number < 8 ? #","@odata.nextLink":"cars?$skip=\#(number)""# : ""
      return WireServer.Reply(#"{\#(total)"value":[\#(records.joined(separator: ","))]\#(link)}"#)
    } _: { server in
      var trial = try FetchTrial(server.url, segmentRecords: 1600)
      trial.pipeline.spool.segment.time = .seconds(3600)
      var options = FetchOptions()
      options.limit = limit
      let (summary, _) = try await trial.run(options)
      let records = try trial.segments().filter { $0.footer.kind == .data }.map(\.footer.records)
      #expect(records.reduce(0, +) == summary.counts["records"])
      // 1 MiB is 259 records or so; the first ones are a byte or two shorter.
      #expect(records.count == sizes.count && zip(records, sizes).allSatisfy { abs($0 - $1) <= 12 }, "\(records)")
    }
  }

  /// Records and bytes of a segment, what is left, bytes of a record, and how many records the segment may have then.
  static let cases: [[Int]] = [
    [20_000, 16 << 20, 200_000, 1000, 20_000], [20_000, 16 << 20, 16_000, 1000, 8000],
    [20_000, 16 << 20, 15_999, 1000, 8000], [20_000, 16 << 20, 4000, 1000, 2097], [20_000, 16 << 20, 1, 1000, 2097],
    [20_000, 16 << 20, 9000, 100, 10_485], [20_000, 16 << 20, 9000, 50, 20_000], [20_000, 16 << 20, 9000, 0, 20_000],
    [100, 16 << 20, 50, 1000, 100], [20_000, 64 << 10, 4000, 1000, 2000], [20_000, 16 << 20, 3000, 8000, 1500],
    [20_000, 16 << 20, 100, 8000, 262], [20_000, 16 << 20, .max, 1000, 20_000], [20_000, 16 << 20, 0, .max, 0],
  ]

  @Test("a segment is at most what it may be, and not too small to be worth it", arguments: cases)
  func least(values: [Int]) {
    var limits = SegmentLimits()
    (limits.records, limits.bytes) = (values[0], values[1])
    let tapered = limits.tapered(to: values[2], ofBytes: values[3])
    #expect(tapered.records == values[4] && tapered.bytes == values[1] && tapered.time == limits.time)
  }
}
