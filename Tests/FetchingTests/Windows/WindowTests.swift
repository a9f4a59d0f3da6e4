import Foundation
import JSONText
import PipelineConfig
import Spool
import Synchronization
import TestSupport
import Testing

@testable import Fetching

/// A full run in parts, over real sockets, against a vendor that reads filters by the letter.
@Suite(.timeLimit(.minutes(5)))
struct WindowTests {
  static func pagination(size: Int = 10, count: Int, from: String = "2020-01-01T00:00:00Z") -> String {
    #"{ "kind": "odata", "page_size": \#(size), "windows": { "from": "\#(from)", "count": \#(count) } }"#
  }

  /// Ninety thousand moments from before the first part to this year; each number is one.
  static func stamp(_ number: Int) -> String { Timestamp(seconds: 1_500_000_000 + number * 3000).text }

  static func ids(_ trial: FetchTrial) throws -> [Int] {
    try trial.ready().lines.compactMap { try JSONValue(parsing: $0)["id"]?.integer }
  }

  /// The bounds of each part that was asked for.
  static func parts(_ server: WireServer) -> Set<String> {
    Set(
      server.requests.compactMap { head in
        let filter = WireRequest(head).parameters["$filter"] ?? ""
        return filter.firstMatch(of: /at (eq null|lt \S+?Z|ge \S+Z and at lt \S+?Z|ge \S+?Z)/).map {
          String($0.output.1)
        }
      }
    )
  }

  @Test(
    "parts bring every record once, as one walk does, through ties and nulls, whatever the vendor counts and knows",
    arguments: 0..<16 as Range<UInt64>
  )
  func all(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    // Few moments, so that ties are longer than pages; some of them just on a bound.
    let moments = (0..<Int.random(in: 1...12, using: &random)).map { _ in
      Int.random(in: 0...4, using: &random) == 0
        ? "2020-01-01T00:00:00Z" : Self.stamp(Int.random(in: 0...89_999, using: &random))
    }
    let records = (1...Int.random(in: 1...160, using: &random)).map { id in
      let stamp = Int.random(in: 0...9, using: &random) == 0 ? nil : moments.randomElement(using: &random)
      return FilterVendor.Record(id: id, stamp: stamp)
    }
    var rules = FilterVendor.Rules(cap: Int.random(in: 3...12, using: &random))
    rules.knowsOr = seed % 3 > 0
    rules.counts = seed % 2 == 0
    let vendor = FilterVendor(records, rules)
    let count = Int.random(in: 2...9, using: &random)
    let concurrency = Int.random(in: 1...5, using: &random)
    try await WireServer.serving { _, head in
      vendor.reply(head)
    } _: { server in
      let limits = #""limits": { "concurrency": \#(concurrency) },"#
      let trial = try FetchTrial(server.url, style: .paged(Self.pagination(count: count)), source: limits)
      let (summary, _) = try await trial.run()
      #expect(summary.complete && summary.counts["records"] == records.count)
      let (lines, end) = try trial.ready()
      #expect(lines.sorted() == records.map(\.line).sorted())
      #expect(end?.complete == true && end?.records == records.count)
      #expect(end?.expected == (rules.counts ? records.count : nil))
      // An incremental run behind it is one walk.
      let asked = server.requests.count
      let later = try await trial.run(FetchOptions(since: "2019-01-01T00:00:00Z"))
      #expect(later.summary.complete)
      let filters = server.requests.dropFirst(asked).map { WireRequest($0).parameters["$filter"] ?? "" }
      #expect(filters.allSatisfy { !$0.contains(" lt ") })
    }
  }

  @Test("a part with more answers than the vendor gives is cut until each has fewer", arguments: [1, 4])
  func tooFull(concurrency: Int) async throws {
    // Most of them within half a year, of which the parts of two years know nothing.
    let records = (1...700).map { id in
      FilterVendor.Record(id: id, stamp: Self.stamp(id <= 50 ? id * 1700 : 40_000 + id * 6))
    }
    let vendor = FilterVendor(records, FilterVendor.Rules(answersMax: 100))
    try await WireServer.serving { _, head in
      vendor.reply(head)
    } _: { server in
      let limits = #""limits": { "concurrency": \#(concurrency) },"#
      let trial = try FetchTrial(server.url, style: .paged(Self.pagination(size: 50, count: 4)), source: limits)
      let (summary, _) = try await trial.run()
      #expect(summary.complete)
      #expect(try trial.ready().lines.sorted() == records.map(\.line).sorted())
      #expect(Self.parts(server).count >= 4 + 7, "\(Self.parts(server))")
    }
  }

  @Test("what the vendor refuses at any size is said in its words, and asked for no more than a few times")
  func refused() async throws {
    try await WireServer.serving { _, head in
      let isNull = WireRequest(head).parameters["$filter"]?.contains("eq null") ?? false
      return isNull
        ? WireServer.Reply(#"{"value":[]}"#)
        : WireServer.Reply(#"{"error":{"message":"no such field"}}"#, status: "400 Bad Request")
    } _: { server in
      let limits = #""limits": { "concurrency": 2 },"#
      let trial = try FetchTrial(server.url, style: .paged(Self.pagination(count: 8)), source: limits)
      let error = try #require(try await trial.failure())
      #expect(error.message.contains("no such field"))
      #expect(server.requests.count <= 3 * WindowPlan.refusalsMax, "\(server.requests.count)")
    }
  }

  @Test(
    "behind the last record the vendor refuses: the open end is cut, or the run fails in the vendor's words; it never waits",
    arguments: [0, 1, 2],
    [1, Int.max]
  )
  func tailRefused(answered: Int, times: Int) async throws {
    let records = (1...300).map { FilterVendor.Record(id: $0, stamp: Self.stamp($0 * 280)) }
    let vendor = FilterVendor(records)
    let asked = Mutex(0)
    let refused = Mutex(0)
    try await WireServer.serving { _, head in
      let isBehind = (WireRequest(head).parameters["$filter"] ?? "").contains(Self.stamp(300 * 280))
      let number =
        isBehind
        ? asked.withLock { asked in
          asked += 1; return asked
        } : 0
      guard number > answered, number - answered <= times else { return vendor.reply(head) }
      refused.withLock { $0 += 1 }
      return WireServer.Reply(#"{"error":{"message":"too much"}}"#, status: "422 Unprocessable Content")
    } _: { server in
      let limits = #""limits": { "concurrency": 4 },"#
      let trial = try FetchTrial(server.url, style: .paged(Self.pagination(size: 20, count: 4)), source: limits)
      if times == .max, answered == 0 {
        let error = try #require(try await trial.failure())
        #expect(error.message.contains("too much"))
      } else if times == 1 {
        let (summary, _) = try await trial.run()
        #expect(summary.complete)
        #expect(Set(try Self.ids(trial)) == Set(1...300))
      } else if let error = try await trial.failure() {
        #expect(error.message.contains("too much"))
      }
      #expect(answered > 0 || refused.withLock { $0 } > 0)
    }
  }

  @Test("a connection that has nothing left to do takes half of a part that is large")
  func cut() async throws {
    // All in one part of four.
    let records = (1...400).map { FilterVendor.Record(id: $0, stamp: Self.stamp(60_000 + $0)) }
    let vendor = FilterVendor(records)
    try await WireServer.serving { _, head in
      vendor.reply(head)
    } _: { server in
      let limits = #""limits": { "concurrency": 4 },"#
      let trial = try FetchTrial(server.url, style: .paged(Self.pagination(count: 4)), source: limits)
      let (summary, _) = try await trial.run()
      #expect(summary.complete && summary.counts["records"] == 400)
      #expect(try Self.ids(trial).sorted() == Array(1...400))
      let parts = Self.parts(server)
      #expect(parts.count > 4 + 1 && parts.count < 20, "\(parts)")
      #expect(try trial.ready().end?.expected == 400)
    }
  }

  @Test(
    "a record that leaves its part behind the walk through the last one is seen all the same, and the watermark is safe"
  )
  func moved() async throws {
    let old = (1...50).map { FilterVendor.Record(id: $0, stamp: Self.stamp($0)) }
    let new = (51...55).map { FilterVendor.Record(id: $0, stamp: Self.stamp(85_000 + $0)) }
    let vendor = FilterVendor(old + new)
    let isTailRead = Gate()
    // Of this day, so that it is later than any other and no later than the run.
    let now = Date.now.formatted(.iso8601)
    try await WireServer.serving { _, head in
      let request = WireRequest(head)
      let filter = request.parameters["$filter"] ?? ""
      if !filter.contains(" lt "), !filter.contains("eq null") {
        let reply = vendor.reply(head)
        // Five records, of which the vendor speaks: the last part is read to its end.
        isTailRead.open()
        return reply
      }
      guard filter.contains("id gt 20") else { return vendor.reply(head) }
      var reply = vendor.reply(head)
      reply.after = isTailRead
      // Record 45 is on a page that was not asked for yet.
      isTailRead.whenOpen { vendor.move(45, to: now) }
      return reply
    } _: { server in
      let limits = #""limits": { "concurrency": 2 },"#
      let trial = try FetchTrial(server.url, style: .paged(Self.pagination(count: 2)), source: limits)
      let (summary, _) = try await trial.run()
      #expect(summary.complete)
      #expect(try Set(Self.ids(trial)) == Set(1...55))
      #expect(try trial.ready().lines.contains(FilterVendor.Record(id: 45, stamp: now).line))
      // What changes from now on has a later stamp than the run's beginning.
      let watermark = try #require(summary.watermark)
      #expect(watermark <= now)
    }
  }
}
