import NIOCore
import PipelineConfig
import TestSupport
import Testing

@testable import Fetching

/// What stands in a page beside its records, and how records lie in it.
struct PageFactsTests {
  private static func split(_ body: String, style: FetchTrial.Style = .odata, type: String? = nil) throws -> Page {
    let feed = try FetchTrial("http://vendor.example", style: style).pipeline.feed(named: "cars")
    var splitter = PageSplitter(PageShape(feed), messages: VendorMessage(secrets: KnownSecrets(of: feed)))
    let address = try WebAddress("http://vendor.example/cars")
    return try splitter.split(
      VendorResponse(address: address, status: 200, contentType: type, date: nil, body: ByteBuffer(string: body))
    )
  }

  @Test(
    "a total counts when it is a whole number, in OData under either name",
    arguments: [
      (#""@odata.count":7"#, 7), (#""@count":7"#, 7), (#""@odata.count":"7""#, 7),
      (#""@odata.count":null,"@count":3"#, 3),
      (#""@odata.count":-1"#, nil), (#""@odata.count":7.5"#, nil), (#""@odata.count":"many""#, nil), (#""x":1"#, nil),
      (#""@odata.count":99999999999999999999"#, nil),
    ] as [(String, Int?)]
  )
  func total(member: String, expected: Int?) throws {
    #expect(try Self.split("{\(member),\"value\":[]}").total == expected)
  }

  @Test(
    "a next link counts when it is a text with something in it",
    arguments: [
      (#""@odata.nextLink":"?a""#, "?a"), (#""@nextLink":"?a""#, "?a"), (#""@odata.nextLink":" ?a ""#, "?a"),
      (#""@odata.nextLink":"?\u0061\/b""#, "?a/b"), (#""@odata.nextLink":null"#, nil),
      (#""@odata.nextLink":"  ""#, nil),
    ] as [(String, String?)]
  )
  func link(member: String, expected: String?) throws {
    #expect(try Self.split("{\"value\":[],\(member)}").nextLink == expected)
  }

  @Test("a next link that is no text is no end of the pages", arguments: ["7", "true", "{}", "[\"?a\"]"])
  func noLink(value: String) {
    let error = #expect(throws: RequestFailure.self) { try Self.split("{\"value\":[],\"@odata.nextLink\":\(value)}") }
    #expect(error?.kind == .content)
  }

  @Test("members inside a record, and texts that look like them, are none of the page's")
  func inside() throws {
    let record = #"{"id":1,"value":[],"@odata.nextLink":"?evil","error":"x","t":"],\"@odata.nextLink\":\"?evil\""}"#
    let page = try Self.split("{\"value\":[\(record)]}")
    #expect(page.nextLink == nil && page.records.count == 1 && page.records[0].range.count == record.utf8.count)
  }

  @Test(
    "a newline counts where records are, and not around them",
    arguments: [
      ("{\n\"value\":\n[\n{\"id\":1}\n]\n}", false), ("{\"value\":[{\"id\":1},\n{\"id\":2}]}", true),
      ("{\"value\":[{\n\"id\":1}]}", true), ("{\"value\":[{\"id\":\"a\\nb\"}]}", false), ("{\"value\":[]}\n", false),
    ]
  )
  func newlines(body: String, expected: Bool) throws {
    #expect(try Self.split(body).hasNewlines == expected)
  }

  @Test("records that are no objects, or have no usable version, are records all the same")
  func odd() throws {
    let page = try Self.split(#"{"value":[1,null,"x",[],{"at":null},{"at":{}},{"at":7},{"at":"v"}]}"#)
    #expect(page.records.count == 8)
    #expect(
      page.records.map { String(decoding: page.versions[$0.version], as: UTF8.self) } == [
        "", "", "", "", "", "", "7", "v",
      ]
    )
  }

  @Test("a page cut anywhere is no page, whatever its style", arguments: [FetchTrial.Style.odata, .rest])
  func cut(style: FetchTrial.Style) throws {
    let body = if case .rest = style { Wire.rest([1, 2], total: 2) } else { Wire.odata([1, 2], next: "?a", count: 2) }
    #expect(try Self.split(body, style: style).records.count == 2)
    for count in 0..<body.utf8.count {
      let error = #expect(throws: RequestFailure.self) { try Self.split(String(body.prefix(count)), style: style) }
      #expect(error?.kind == .content, "\(count) bytes")
    }
  }

  @Test("what came in JSON's place is named with its type and its first words")
  func otherType() {
    let error = #expect(throws: RequestFailure.self) { try Self.split("id,at\n1,2\n", type: "text/csv; charset=x") }
    #expect(error?.reason == "status 200 with something else than JSON (text/csv; charset=x): id,at 1,2")
  }
}
