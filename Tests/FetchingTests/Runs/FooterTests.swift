import Foundation
import JSONText
import Spool
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import Fetching
@testable import PipelineConfig

/// What segments and a run's end say of themselves, and what went over the wire for it.
struct FooterTests {
  @Test("a segment names its pages, versions and request; the run's end its sums")
  func facts() async throws {
    try await WireServer.serving { number, _ in
      number == 1
        ? WireServer.Reply(Wire.odata([1, 2, 3], next: "cars?$skip=3", count: 5))
        : WireServer.Reply(Wire.odata([4, 5], count: 5))
    } _: { server in
      let trial = try FetchTrial(server.url, segmentRecords: 2)
      let (summary, paths) = try await trial.run()
      let segments = try trial.segments()
      let footers = segments.map(\.footer)
      #expect(footers.map(\.kind) == [.data, .data, .data, .end] && footers.map(\.sequence) == [0, 1, 2, 3])
      #expect(footers.map(\.records) == [2, 2, 1, 0] && footers.map(\.fetched) == [2, 2, 1, 0])
      #expect(
        footers.allSatisfy { $0.feed == "cars" && $0.run == summary.run && $0.stage == .fetched && $0.mode == .full }
      )
      #expect(footers.map(\.lowestVersion) == [1, 3, 5].map { "2026-01-01T00:00:0\($0)Z" } + [nil])
      #expect(footers.map(\.highestVersion) == [2, 4, 5].map { "2026-01-01T00:00:0\($0)Z" } + [nil])
      let first = "\(server.url)/cars?$orderby=at,id&$count=true"
      #expect(
        footers.dropLast().map(\.source) == [
          SegmentSource(firstPage: 1, lastPage: 1, firstURL: first),
          SegmentSource(firstPage: 1, lastPage: 2, firstURL: first),
          SegmentSource(firstPage: 2, lastPage: 2, firstURL: "\(server.url)/cars?$skip=3"),
        ]
      )
      #expect(
        footers.last?.end
          == EndOfRun(
            complete: true,
            segments: 3,
            records: 5,
            watermark: "2026-01-01T00:00:05Z",
            since: nil,
            expected: 5
          )
      )
      #expect(summary.watermark == "2026-01-01T00:00:05Z" && summary.total == 5 && summary.mode == .full)
      let bytes = segments.flatMap(\.lines).reduce(0) { $0 + $1.utf8.count + 1 }
      #expect(
        summary.counts == ["pages": 2, "records": 5, "bytes": bytes, "segments": 3, "requests": 2, "retries": 0]
      )
      let fileNames = paths.map { $0.lastComponent?.string }
      #expect(fileNames == footers.map(\.name.fileName))
    }
  }

  @Test("a request carries the token, the wish for gzip and for the size of pages, and the incremental filter")
  func request() async throws {
    try await WireServer.serving { _, _ in
      WireServer.Reply(Wire.odata([]))
    } _: { server in
      let trial = try FetchTrial(server.url)
      let (summary, _) = try await trial.run(FetchOptions(since: "2026-01-01T00:00:00+01:00"))
      let lines = try #require(server.requests.first).components(separatedBy: "\r\n")
      #expect(lines[0] == "GET /cars?$filter=at%20gt%202026-01-01T00:00:00%2B01:00&$orderby=at,id&$count=true HTTP/1.1")
      let headers = Set(lines.dropFirst().map { $0.lowercased() })
      #expect(
        headers.contains("authorization: bearer \(FetchTrial.canary)") && headers.contains("accept-encoding: gzip")
      )
      #expect(headers.contains("prefer: odata.maxpagesize=100") && headers.contains("accept: application/json"))
      #expect(headers.contains("host: 127.0.0.1:\(server.port)"))
      #expect(summary.mode == .incremental && summary.watermark == "2026-01-01T00:00:00+01:00")
      #expect(try trial.ready().end?.since == "2026-01-01T00:00:00+01:00")
    }
  }

  @Test("a credential in an address, ours or the vendor's link's, is in no footer and no message")
  func secrets() async throws {
    try await WireServer.serving { number, _ in
      number == 1
        ? WireServer.Reply(
          Wire.odata([1, 2, 3], next: "/next?api_key=\(FetchTrial.canary)&$skip=3&t=\(FetchTrial.canary)")
        )
        : WireServer.Reply("{}", status: "500 no \(FetchTrial.canary)")
    } _: { server in
      var trial = try FetchTrial(server.url, segmentRecords: 2)
      trial.pipeline.feeds[0].query = [.init(name: "api_key", value: FetchTrial.canary)]
      let error = try #require(try await trial.failure())
      #expect(error.message.contains("\(server.url)/next: status 500"), "\(error)")
      #expect(server.requests.allSatisfy { $0.contains("api_key=\(FetchTrial.canary)") })
      let footers = try trial.segments().map(\.footer)
      let shown = "\(server.url)/cars?api_key=***&$orderby=at,id&$count=true"
      #expect(footers.map(\.source?.firstURL) == [shown, shown], "what came before the failure is published, too")
      #expect(footers.allSatisfy { $0.end == nil })
    }
  }

  @Test("records out of order over several pages: the watermark is the vendor's time at the beginning")
  func unsorted() async throws {
    let page: @Sendable (String, String) -> String = { stamp, link in
      #"{"value":[{"id":\#(stamp.prefix(4)),"at":"\#(stamp)"}]\#(link)}"#
    }
    try await WireServer.serving { number, _ in
      number == 1
        ? WireServer.Reply(page("2099-01-01T00:00:00Z", #","@odata.nextLink":"?2""#))
        : WireServer.Reply(page("2001-01-01T00:00:00Z", ""))
    } _: { server in
      let before = Date.now
      let (summary, _) = try await FetchTrial(server.url).run()
      let watermark = try #require(summary.watermark.flatMap { Timestamp($0)?.seconds })
      #expect(watermark >= Int(before.timeIntervalSince1970) && watermark <= Int(Date.now.timeIntervalSince1970))
    }
  }

  @Test("a feed without a cursor has no versions and no watermark")
  func withoutCursor() async throws {
    try await WireServer.serving { _, _ in
      WireServer.Reply(Wire.odata([1]))
    } _: { server in
      var trial = try FetchTrial(server.url)
      trial.pipeline.feeds[0].cursor = nil
      let (summary, _) = try await trial.run()
      let footers = try trial.segments().map(\.footer)
      #expect(summary.complete && summary.watermark == nil && footers.last?.end?.complete == true)
      #expect(footers.last?.end?.watermark == nil && footers[0].highestVersion == nil)
    }
  }
}
