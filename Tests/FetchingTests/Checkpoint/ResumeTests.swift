import Foundation
import JSONText
import Spool
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Fetching
@testable import PipelineConfig

/// A run that was stopped goes on where it stopped.
@Suite(.timeLimit(.minutes(5)))
struct ResumeTests {
  /// A vendor of records 1 to `count` that fails at pages of the test's choice.
  private final class Vendor: Sendable {
    let count: Int
    let size: Int
    private let asked = Mutex<[Int: Int]>([:])
    private let failing = Mutex<Set<Int>>([])

    init(count: Int, size: Int) { (self.count, self.size) = (count, size) }

    /// How often each record's page was asked for, by its first record.
    var times: [Int: Int] { asked.withLock { $0 } }
    func fail(at page: Int) { failing.withLock { _ = $0.insert(page) } }

    private func ids(_ first: Int) -> [Int] { first > count ? [] : Array(first...min(count, first + size - 1)) }

    func reply(_ head: String, _ style: String) -> WireServer.Reply {
      let request = WireRequest(head)
      let first: Int =
        switch style {
        case "odata": (request.number("$skip") ?? 0) + 1
        case "keyset":
          (request.parameters["$filter"]?.firstMatch(of: /id gt (\d+)/).flatMap { Int($0.output.1) } ?? 0) + 1
        case "page": ((request.number("page") ?? 1) - 1) * size + 1
        case "offset": (request.number("offset") ?? 0) + 1
        case "cursor": (request.parameters["cursor"].flatMap { Int($0) } ?? 0) + 1
        default: (request.number("starting_after") ?? 0) + 1
        }
      asked.withLock { $0[first, default: 0] += 1 }
      let page = (first - 1) / size + 1
      if failing.withLock({ $0.remove(page) != nil }) { return WireServer.Reply("{}", status: "403 Not now") }
      let ids = ids(first)
      let records = ids.map { #"{"id":\#($0),"at":"2026-01-01T00:00:00Z"}"# }.joined(separator: ",")
      let last = ids.last ?? count
      switch style {
      case "odata", "keyset":
        let link = last < count && style == "odata" ? #","@odata.nextLink":"cars?$skip=\#(last)""# : ""
        return WireServer.Reply(#"{"@odata.count":\#(count),"value":[\#(records)]\#(link)}"#)
      case "cursor":
        return WireServer.Reply(#"{"data":[\#(records)],"next_cursor":\#(last < count ? "\"\(last)\"" : "null")}"#)
      default:
        return WireServer.Reply(#"{"total":\#(count),"data":[\#(records)]}"#)
      }
    }
  }

  private static let styles = [
    ("odata", #"{ "kind": "odata", "page_size": 5 }"#),
    ("keyset", #"{ "kind": "odata", "page_size": 5, "walk": "keyset" }"#),
    ("page", #"{ "kind": "page_number", "page_size": 5, "total": "/total" }"#),
    ("offset", #"{ "kind": "offset", "page_size": 5, "total": "/total" }"#),
    ("cursor", #"{ "kind": "cursor", "page_size": 5 }"#),
    ("last_id", #"{ "kind": "last_id", "page_size": 5, "total": "/total" }"#),
  ]

  private static func ids(_ trial: FetchTrial) throws -> [Int] {
    try trial.ready().lines.compactMap { try JSONValue(parsing: $0)["id"]?.integer }
  }

  @Test(
    "a run that failed goes on behind what it had, under its own name, and asks for no page it had",
    arguments: styles,
    [1, 3, 5, 7]
  )
  func failed(style: (String, String), segmentRecords: Int) async throws {
    let vendor = Vendor(count: 48, size: 5)
    for page in [2, 6, 10] { vendor.fail(at: page) }
    try await WireServer.serving { _, head in
      vendor.reply(head, style.0)
    } _: { server in
      let trial = try FetchTrial(
        server.url,
        style: .paged(style.1),
        source: #""limits": { "concurrency": 2 },"#,
        segmentRecords: segmentRecords
      )
      for _ in 0..<3 { #expect(try await trial.failure() != nil) }
      let (summary, _) = try await trial.run()
      #expect(summary.complete && summary.resumed && summary.counts["records"] == 48)
      #expect(try Self.ids(trial) == Array(1...48))
      let footers = try trial.segments().map(\.footer)
      #expect(Set(footers.map(\.run)) == [summary.run] && footers.map(\.sequence) == Array(0..<footers.count))
      #expect(footers.last?.end?.segments == footers.count - 1 && footers.last?.end?.records == 48)
      #expect(summary.watermark == "2026-01-01T00:00:00Z")
      // Those that failed twice; pages that were under way beside them once more.
      for (first, times) in vendor.times { #expect(times <= 2 + 2, "record \(first)") }
      #expect(try await !trial.run().summary.resumed, "a run that came to its end is over")
    }
  }

  @Test("a run that would ask for something else, or is told to, begins anew")
  func anew() async throws {
    let vendor = Vendor(count: 20, size: 5)
    try await WireServer.serving { _, head in
      vendor.reply(head, "odata")
    } _: { server in
      var trial = try FetchTrial(server.url, style: .paged(Self.styles[0].1), segmentRecords: 5)
      func stopped() async throws {
        vendor.fail(at: 3)
        #expect(try await trial.failure() != nil)
      }
      try await stopped()
      #expect(try await !trial.run(FetchOptions(resume: false)).summary.resumed)
      try await stopped()
      #expect(try await !trial.run(FetchOptions(limit: 5)).summary.resumed)
      #expect(try await trial.run(FetchOptions(full: true)).summary.resumed)
      try await stopped()
      #expect(try await !trial.run(FetchOptions(since: "2026-01-01T00:00:00Z")).summary.resumed)
      try await stopped()
      trial.pipeline.feeds[0].filter = "id ne 0"
      #expect(try await !trial.run().summary.resumed)
      let parameter = Feed.QueryItem(name: "status", value: "active-5e1f")
      trial.pipeline.feeds[0].query = [parameter]
      try await stopped()
      let state = try #require(try trial.spool.loadState(Checkpoint.stateName, feed: "cars"))
      #expect(!String(decoding: state, as: UTF8.self).contains(parameter.value), "it may be a key")
      trial.pipeline.feeds[0].query = [Feed.QueryItem(name: "status", value: "sold-5e1f")]
      #expect(try await !trial.run().summary.resumed)
      try await stopped()
      trial.pipeline.feeds[0].resumeWithin = .zero
      try await Task.sleep(for: .milliseconds(5))
      #expect(try await !trial.run().summary.resumed)
    }
  }

  @Test("what was published just before the end came is not fetched twice, and what was not is not lost")
  func atTheBorder() async throws {
    let vendor = Vendor(count: 30, size: 5)
    vendor.fail(at: 4)
    try await WireServer.serving { _, head in
      vendor.reply(head, "odata")
    } _: { server in
      let trial = try FetchTrial(server.url, style: .paged(Self.styles[0].1), segmentRecords: 5)
      #expect(try await trial.failure() != nil)
      var checkpoint = try #require(try Checkpoint.load("cars", in: trial.spool))
      // As the file is when the program dies between the writing of the checkpoint and the publishing of the segment…
      let queue = try trial.spool.queue(.fetched, feed: "cars")
      let after = try #require(checkpoint.after)
      #expect(try checkpoint.stand(in: queue) == after)
      checkpoint.before.sequence += 7
      #expect(try checkpoint.stand(in: queue) == checkpoint.before)
      // … and of a run whose segments went on to other states.
      let name = SegmentName(run: checkpoint.run, sequence: after.sequence - 1)
      let (summary, _) = try await trial.run()
      #expect(summary.resumed && summary.counts["records"] == 30)
      #expect(try queue.segments(in: .ready).contains(name))
      #expect(try Self.ids(trial) == Array(1...30))
    }
  }

  @Test("a link that holds a credential is not kept; the walk goes on by the last record")
  func secret() async throws {
    try await WireServer.serving { number, head in
      let request = WireRequest(head)
      if number == 3 { return WireServer.Reply("{}", status: "403 Not now") }
      if let filter = request.parameters["$filter"] {
        let first = filter.firstMatch(of: /id gt (\d+)/).flatMap { Int($0.output.1) } ?? 0
        return WireServer.Reply(Wire.odata(first < 5 ? Array((first + 1)...5) : [], count: 5))
      }
      let page = request.number("page") ?? 1
      let next = page < 3 ? "cars?page=\(page + 1)&token=\(FetchTrial.canary)" : nil
      return WireServer.Reply(Wire.odata(page == 3 ? [5] : [page * 2 - 1, page * 2], next: next, count: 5))
    } _: { server in
      let trial = try FetchTrial(server.url, segmentRecords: 2)
      #expect(try await trial.failure() != nil)
      let state = try #require(try trial.spool.loadState(Checkpoint.stateName, feed: "cars"))
      #expect(!String(decoding: state, as: UTF8.self).contains("canary"))
      let (summary, _) = try await trial.run()
      #expect(summary.resumed && summary.complete)
      #expect(try Self.ids(trial) == Array(1...5))
    }
  }
}
