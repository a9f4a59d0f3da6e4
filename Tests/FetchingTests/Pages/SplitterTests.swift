import NIOCore
import PipelineConfig
import TestSupport
import Testing

@testable import Fetching

/// Taking a page apart.
struct SplitterTests {
  private static func split(_ body: String, style: FetchTrial.Style = .odata) throws -> Page {
    let feed = try FetchTrial("http://vendor.example", style: style).pipeline.feed(named: "cars")
    var splitter = PageSplitter(PageShape(feed), messages: VendorMessage(secrets: KnownSecrets(of: feed)))
    let response = VendorResponse(
      address: try WebAddress("http://vendor.example/cars"),
      status: 200,
      contentType: "application/json",
      date: nil,
      body: ByteBuffer(string: body)
    )
    return try splitter.split(response)
  }

  private static func lines(_ page: Page) -> [String] {
    page.records.map { record in
      page.body.getString(at: page.body.readerIndex + record.range.lowerBound, length: record.range.count) ?? ""
    }
  }

  @Test("records, total, link and versions are found, whatever stands around them")
  func found() throws {
    let page = try Self.split(
      "\u{FEFF} {\"@odata.context\":\"x\",\"@odata.count\":7,\"value\":[{\"id\":1,\"at\":\"A\"},{\"id\":2},{\"id\":3,\"at\":\"B\\u0043\"}],"
        + "\"@odata.nextLink\":\"n?x=1\"}"
    )
    #expect(Self.lines(page) == ["{\"id\":1,\"at\":\"A\"}", "{\"id\":2}", "{\"id\":3,\"at\":\"B\\u0043\"}"])
    #expect(page.total == 7 && page.nextLink == "n?x=1")
    #expect(page.records.map { String(decoding: page.versions[$0.version], as: UTF8.self) } == ["A", "", "BC"])
  }

  @Test("one bad record does not cost the page: it is handed on as it is")
  func badRecord() throws {
    let page = try Self.split(#"{"value":[{"id":1},{"id":01},{"id":3,"at":"\ud800"},{"id":4}]}"#)
    #expect(Self.lines(page) == [#"{"id":1}"#, #"{"id":01}"#, #"{"id":3,"at":"\ud800"}"#, #"{"id":4}"#])
  }

  @Test(
    "what is no page is refused with what the vendor said",
    arguments: [
      (#"{"error":{"code":"E1","message":"too many"}}"#, "too many"), (#"{"error":"nope"}"#, "nope"),
      (#"{"value":{"id":1}}"#, "no array of records"), (#"{"message":"gone fishing"}"#, "gone fishing"),
      ("<html><title>Login</title>", "Login"), ("", "nothing in it"), ("   ", "nothing in it"),
      (#"{"value":[{"id":1},{"i"#, "broken JSON"), (#"{"value":[]} trailing"#, "broken JSON"), ("[1,2]", "no array"),
    ]
  )
  func refused(body: String, words: String) throws {
    let error = #expect(throws: RequestFailure.self) { try Self.split(body) }
    #expect(error?.kind == .content)
    #expect(error?.reason.contains(words) == true, "\(String(describing: error))")
  }

  @Test("an error that says that all is well is none", arguments: ["null", "false", "\"\"", "{}", "[]", "0"])
  func noError(value: String) throws {
    #expect(try Self.split("{\"error\":\(value),\"value\":[{\"id\":1}]}").records.count == 1)
  }

  @Test("pages that hold the same have one fingerprint, and others do not")
  func fingerprints() throws {
    let one = try Self.split(Wire.odata([1, 2], next: "?a")).fingerprint
    #expect(try Self.split(Wire.odata([1, 2], next: "?b")).fingerprint == one)
    #expect(try Self.split(Wire.odata([2, 1])).fingerprint != one)
    #expect(try Self.split(Wire.odata([1, 2, 3])).fingerprint != one)
  }
}
