import Foundation
import PipelineConfig
import Telemetry
import TestSupport
import Testing

@testable import Fetching

/// Keyset pagination, over a real socket, against a vendor that reads the filter and nothing else.
@Suite(.timeLimit(.minutes(5)))
struct KeysetTests {
  /// Records with a stamp each, as the vendor sorts them: by stamp, then id.
  struct Table: Sendable {
    /// Second of each record, by id from 1; nil for null.
    var stamps: [Int?]

    var sorted: [(stamp: String?, id: Int)] {
      stamps.enumerated().map { (stamp: $1.map { Self.moment($0) }, id: $0 + 1) }
        .sorted { ($0.stamp ?? "", $0.id) < ($1.stamp ?? "", $1.id) }
    }

    static func moment(_ second: Int) -> String { "2026-01-01T00:\(10 + second / 60):\(10 + second % 60 % 50)Z" }

    static func line(_ record: (stamp: String?, id: Int)) -> String {
      #"{"id":\#(record.id),"at":\#(record.stamp.map { "\"\($0)\"" } ?? "null")}"#
    }

    /// The records that a filter of this program lets through; nil when the vendor does not know its form.
    func matching(_ filter: String?) -> [(stamp: String?, id: Int)]? {
      guard let filter else { return sorted }
      var matched: [(stamp: String?, id: Int)]? = []
      for record in sorted {
        var isMatch = false
        for part in filter.components(separatedBy: " or ") {
          let terms = part.trimmingCharacters(in: CharacterSet(charactersIn: "()")).components(separatedBy: " and ")
          var isPart = true
          for term in terms {
            let words = term.split(separator: " ").map(String.init)
            guard words.count == 3 else { return nil }
            isPart = isPart && Self.isTrue(words, record)
          }
          isMatch = isMatch || isPart
        }
        if isMatch { matched?.append(record) }
      }
      return matched
    }

    private static func isTrue(_ words: [String], _ record: (stamp: String?, id: Int)) -> Bool {
      if words[0] == "id" { return words[1] == "gt" ? record.id > (Int(words[2]) ?? 0) : record.id == Int(words[2]) }
      let value = words[2] == "null" ? nil : words[2]
      switch words[1] {
      case "gt": return record.stamp.map { $0 > (value ?? "") } ?? false
      case "ne": return record.stamp != value
      default: return record.stamp == value
      }
    }
  }

  static let keyset = #"{ "kind": "odata", "page_size": 10, "walk": "keyset" }"#

  private static func page(
    _ records: some Collection<(stamp: String?, id: Int)>,
    next: String? = nil,
    count: Int? = nil
  )
    -> WireServer.Reply
  {
    let total = count.map { #""@odata.count":\#($0),"# } ?? ""
    let link = next.map { #","@odata.nextLink":"\#($0)""# } ?? ""
    return WireServer.Reply("{\(total)\"value\":[\(records.map { Table.line($0) }.joined(separator: ","))]\(link)}")
  }

  @Test(
    "every record comes once, through ties and nulls, with and without \"or\", whatever the vendor's own pages",
    arguments: 0..<12 as Range<UInt64>,
    [true, false]
  )
  func all(seed: UInt64, knowsOr: Bool) async throws {
    var random = SeededGenerator(seed: seed)
    // Few moments, so that ties are longer than pages.
    let moments = Int.random(in: 1...6, using: &random)
    let stamps = (0..<Int.random(in: 0...90, using: &random)).map { _ in
      Int.random(in: 0...9, using: &random) == 0 ? nil : Int.random(in: 0..<moments, using: &random)
    }
    let table = Table(stamps: stamps)
    let cap = Int.random(in: 3...12, using: &random)
    let counts = Bool.random(using: &random)
    try await WireServer.serving { _, head in
      let request = WireRequest(head)
      let filter = request.parameters["$filter"]
      if filter?.contains(" or ") == true, !knowsOr {
        return WireServer.Reply(#"{"error":{"message":"or is not supported"}}"#, status: "501 Not Implemented")
      }
      guard let records = table.matching(filter) else { return WireServer.Reply("{}", status: "400 Bad") }
      return Self.page(records.prefix(min(cap, request.number("$top") ?? 0)), count: counts ? records.count : nil)
    } _: { server in
      let trial = try FetchTrial(server.url, style: .paged(Self.keyset))
      let (summary, _) = try await trial.run()
      #expect(summary.complete)
      #expect(try trial.ready().lines == table.sorted.map { Table.line($0) })
    }
  }

  @Test(
    "where the vendor's links end too early the walk goes on from the last record",
    arguments: [
      ("400 Bad Request", #"{"error":{"message":"The requested total exceeds 20."}}"#),
      ("410 Gone", "{}"), ("404 Not Found", #"{"error":"link expired"}"#),
      ("200 OK", #"{"error":"Error getting data!"}"#),
      ("200 OK", "Error getting data!"), ("200 OK", "END"),
    ]
  )
  func window(status: String, body: String) async throws {
    let table = Table(stamps: (0..<50).map { $0 / 7 })
    try await WireServer.serving { _, head in
      let request = WireRequest(head)
      if let filter = request.parameters["$filter"] {
        let records = table.matching(filter) ?? []
        return Self.page(records.prefix(request.number("$top") ?? 0))
      }
      let skip = request.number("$skip") ?? 0
      let isEnd = body == "END" && skip == 15
      guard skip < 20 else { return WireServer.Reply(body, status: status) }
      return Self.page(table.sorted.dropFirst(skip).prefix(5), next: isEnd ? nil : "cars?$skip=\(skip + 5)", count: 50)
    } _: { server in
      let trial = try FetchTrial(server.url)
      let (summary, _) = try await trial.run()
      #expect(summary.complete)
      #expect(try trial.ready().lines == table.sorted.map { Table.line($0) })
    }
  }

  @Test("a vendor that keeps no order is not walked by it")
  func unordered() async throws {
    let table = Table(stamps: (0..<50).map { $0 })
    try await WireServer.serving { _, head in
      let skip = WireRequest(head).number("$skip") ?? 0
      guard skip < 20 else { return WireServer.Reply("{}", status: "400 Bad") }
      return Self.page(table.sorted.reversed().dropFirst(skip).prefix(5), next: "cars?$skip=\(skip + 5)", count: 50)
    } _: { server in
      let error = try #require(try await FetchTrial(server.url).failure())
      #expect(error.message.contains("status 400"), "\(error)")
    }
    try await WireServer.serving { _, _ in
      Self.page(table.sorted.reversed().prefix(5))
    } _: { server in
      let error = try #require(try await FetchTrial(server.url, style: .paged(Self.keyset)).failure())
      #expect(error.exitStatus == .dataError && error.message.contains("page 2"), "\(error)")
    }
  }

  @Test("too large pages become smaller, and the next run begins with what was learned")
  func pageSize() async throws {
    let table = Table(stamps: (0..<60).map { $0 })
    let pagination = #"{ "kind": "odata", "page_size": 40, "walk": "keyset" }"#
    try await WireServer.serving { _, head in
      let request = WireRequest(head)
      guard let top = request.number("$top"), top <= 12 else { return WireServer.Reply("{}", status: "504 Too slow") }
      return Self.page((table.matching(request.parameters["$filter"]) ?? []).prefix(top), count: 60)
    } _: { server in
      let trial = try FetchTrial(server.url, style: .paged(pagination))
      let (summary, _) = try await trial.run()
      #expect(summary.complete && summary.counts["records"] == 60)
      let asked = server.requests.map { WireRequest($0).number("$top") ?? 0 }
      #expect(asked.first == 40 && asked.last ?? 40 <= 12, "\(asked)")
      _ = try await trial.run()
      #expect(WireRequest(server.requests[asked.count]).number("$top") ?? 40 <= 12)
    }
  }
}
