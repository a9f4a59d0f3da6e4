import JSONText
import PipelineConfig
import Telemetry
import Testing

@testable import Fetching

/// Every way in which vendors hand out pages, over a real socket.
@Suite(.timeLimit(.minutes(5)))
struct DialectTests {
  struct Dialect: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var pagination: String
    /// The body and headers of a page, by request, records and size of pages.
    var answer: @Sendable (WireRequest, WireRecords, Int) -> WireServer.Reply
  }

  private static func from(_ request: WireRequest, _ name: String) -> Int { request.number(name) ?? 0 }

  static let dialects = [
    Dialect(testDescription: "offset", pagination: #"{ "kind": "offset", "page_size": 10, "total": "/total" }"#) {
      request,
      records,
      size in
      let ids = records.after(from(request, "offset"), most: min(size, request.number("limit") ?? 0))
      return .init(#"{"total":\#(records.count),"data":\#(records.list(ids))}"#)
    },
    Dialect(
      testDescription: "offset, other names, no total, smaller pages than asked for",
      pagination: """
        { "kind": "offset", "page_size": 10, "offset_parameter": "start", "size_parameter": "rows", "records": "" }
        """
    ) { request, records, size in
      .init(records.list(records.after(from(request, "start"), most: min(7, request.number("rows") ?? 0))))
    },
    Dialect(testDescription: "cursor token", pagination: #"{ "kind": "cursor", "page_size": 10 }"#) {
      request,
      records,
      size in
      let start = request.parameters["cursor"].map { Int($0.dropFirst(4)) ?? 0 } ?? 0
      let ids = records.after(start, most: size)
      let next = start + size < records.count ? "\"tok=\(start + size)\"" : "null"
      return .init(#"{"data":\#(records.list(ids)),"next_cursor":\#(next)}"#)
    },
    Dialect(
      testDescription: "cursor that is a number, and says at the end that there is no more",
      pagination: """
        { "kind": "cursor", "page_size": 10, "cursor_parameter": "after", "next": "/meta/last", "more": "/meta/more",
          "records": "/list/items" }
        """
    ) { request, records, size in
      let start = from(request, "after")
      let ids = records.after(start, most: size)
      return .init(
        #"{"meta":{"last":\#(ids.last ?? 0),"more":\#(start + size < records.count)},"list":{"items":\#(records.list(ids))}}"#
      )
    },
    Dialect(testDescription: "address in the body", pagination: #"{ "kind": "next_url", "page_size": 10 }"#) {
      request,
      records,
      size in
      let ids = records.after(from(request, "from"), most: size)
      let last = ids.last ?? records.count
      let next = last < records.count ? "\"cars?from=\(last)&x=a%2Fb\"" : "\"\""
      return .init(#"{"data":\#(records.list(ids)),"next":\#(next)}"#)
    },
    Dialect(
      testDescription: "address in the body as false at the end, and a size of pages",
      pagination: """
        { "kind": "next_url", "page_size": 10, "size_parameter": "per_page", "next": "/links/next" }
        """
    ) { request, records, size in
      let ids = records.after(from(request, "from"), most: request.number("per_page") ?? 0)
      let last = ids.last ?? records.count
      let next = last < records.count ? "\"/cars?from=\(last)&per_page=10\"" : "false"
      return .init(#"{"data":\#(records.list(ids)),"links":{"next":\#(next)}}"#)
    },
    Dialect(testDescription: "Link header", pagination: #"{ "kind": "link", "page_size": 10, "records": "" }"#) {
      request,
      records,
      size in
      let ids = records.after(from(request, "from"), most: size)
      let last = ids.last ?? records.count
      var links = [#"<cars?from=0>; title="a, b; rel=\"next\""; rel=first"#]
      if last < records.count { links.append(#"<?from=\#(last)>; REL="last NEXT"; rel=prev"#) }
      return .init(records.list(ids), headers: ["Link: \(links.joined(separator: ", "))"])
    },
    Dialect(
      testDescription: "two Link headers",
      pagination: #"{ "kind": "link", "page_size": 10, "records": "" }"#
    ) { request, records, size in
      let ids = records.after(from(request, "from"), most: size)
      let last = ids.last ?? records.count
      let next = last < records.count ? ["link: </cars?from=\(last)>;rel=next"] : []
      return .init(records.list(ids), headers: ["Link: </cars>; rel=\"first\""] + next)
    },
    Dialect(
      testDescription: "a header of the vendor's own",
      pagination: #"{ "kind": "link", "page_size": 10, "header": "X-Next-Page", "records": "" }"#
    ) { request, records, size in
      let ids = records.after(from(request, "from"), most: size)
      let last = ids.last ?? records.count
      return .init(records.list(ids), headers: last < records.count ? ["x-next-page: /cars?from=\(last)"] : [])
    },
    Dialect(
      testDescription: "last id, has more",
      pagination: #"{ "kind": "last_id", "page_size": 10, "more": "/has_more" }"#
    ) { request, records, size in
      let start = from(request, "starting_after")
      let ids = records.after(start, most: request.number("limit") ?? 0)
      return .init(#"{"data":\#(records.list(ids)),"has_more":\#(start + ids.count < records.count)}"#)
    },
    Dialect(
      testDescription: "last id, until a page is empty",
      pagination: #"{ "kind": "last_id", "page_size": 10, "id_parameter": "since_id" }"#
    ) { request, records, size in
      .init(#"{"data":\#(records.list(records.after(from(request, "since_id"), most: request.number("limit") ?? 0)))}"#)
    },
    Dialect(
      testDescription: "OData by keyset, no links",
      pagination: #"{ "kind": "odata", "page_size": 10, "walk": "keyset" }"#
    ) { request, records, size in
      // at eq T and id gt K
      let start = request.parameters["$filter"]?.firstMatch(of: /id gt (\d+)/).flatMap { Int($0.output.1) } ?? 0
      return .init(#"{"value":\#(records.list(records.after(start, most: request.number("$top") ?? 0)))}"#)
    },
  ]

  @Test(
    "all records come once, in order, however many there are",
    arguments: dialects,
    [0, 1, 9, 10, 11, 20, 57]
  )
  func all(dialect: Dialect, count: Int) async throws {
    try await WireServer.serving { _, head in
      dialect.answer(WireRequest(head), WireRecords(count: count), 10)
    } _: { server in
      let trial = try FetchTrial(server.url, style: .paged(dialect.pagination))
      let (summary, _) = try await trial.run()
      #expect(summary.complete)
      #expect(try trial.ready().lines == (0..<count).map { Wire.record($0 + 1) })
      #expect(server.requests.count <= count / 7 + 2)
      #expect(server.requests.allSatisfy { $0.contains(FetchTrial.canary) })
    }
  }

  @Test(
    "a page that is smaller since a smaller one was asked for is no short one: a total that is too low ends nothing",
    arguments: [
      (#"{ "kind": "offset", "page_size": 10, "total": "/total" }"#, "offset"),
      (#"{ "kind": "last_id", "page_size": 10, "total": "/total" }"#, "starting_after"),
      (#"{ "kind": "odata", "page_size": 10, "walk": "keyset" }"#, "$filter"),
    ]
  )
  func shrunk(pagination: String, place: String) async throws {
    try await WireServer.serving { number, head in
      guard number > 1 else { return WireServer.Reply("{}", status: "503 Too much") }
      let request = WireRequest(head)
      let size = request.number("limit") ?? request.number("$top") ?? 0
      let text = request.parameters[place] ?? ""
      let start = text.firstMatch(of: /id gt (\d+)/).flatMap { Int($0.output.1) } ?? Int(text) ?? 0
      let list = WireRecords(count: 23).list(WireRecords(count: 23).after(start, most: size))
      return WireServer.Reply(
        place == "$filter" ? #"{"@odata.count":5,"value":\#(list)}"# : #"{"total":5,"data":\#(list)}"#
      )
    } _: { server in
      let trial = try FetchTrial(server.url, style: .paged(pagination))
      let (summary, _) = try await trial.run()
      #expect(server.requests.dropFirst().first?.contains("=5") == true, "half of ten")
      #expect(summary.complete)
      #expect(try trial.ready().lines == (1...23).map(Wire.record))
    }
  }

  @Test(
    "a place that does not move is a loop and no endless run",
    arguments: [
      (#"{ "kind": "cursor", "page_size": 1 }"#, #"{"data":[RECORD],"next_cursor":"same"}"#),
      (#"{ "kind": "next_url", "page_size": 1 }"#, #"{"data":[RECORD],"next":"/cars?again"}"#),
      (#"{ "kind": "last_id", "page_size": 1 }"#, #"{"data":[{"id":7,"n":NUMBER}]}"#),
      (#"{ "kind": "odata", "page_size": 1, "walk": "keyset" }"#, #"{"value":[{"id":7,"n":NUMBER}]}"#),
      (#"{ "kind": "offset", "page_size": 1 }"#, #"{"data":[{"id":7}]}"#),
    ]
  )
  func loops(pagination: String, body: String) async throws {
    try await WireServer.serving { number, _ in
      WireServer.Reply(body.replacing("RECORD", with: Wire.record(number)).replacing("NUMBER", with: "\(number)"))
    } _: { server in
      let error = try #require(try await FetchTrial(server.url, style: .paged(pagination)).failure())
      #expect(error.exitStatus == .dataError, "\(error)")
      #expect((2...3).contains(server.requests.count))
    }
  }
}
