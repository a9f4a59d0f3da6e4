import HTTPTypes
import JSONText
import NIOCore
import Testing

@testable import VendorSimulator

/// The OData style over a socket.
@Suite(.timeLimit(.minutes(5)))
struct ODataServiceTests {
  static let lines = (0..<25).map { #"{"Key":"k\#(100 + $0)", "Price":\#($0).50,"Text":"a <b> \"c\"\n🏡"}"# }

  static var source: TextSource { TextSource(snapshots: [lines.joined(separator: "\n")]) }

  @Test("records come byte for byte as they were loaded, with the stamp as last member")
  func bytes() async throws {
    try await Client.serving([Self.source]) { client in
      let response = try await client.get("/odata/Thing")
      let body = String(buffer: response.body)
      for line in Self.lines { #expect(body.contains(line.dropLast() + #","Stamp":"2024-0"#)) }
      #expect(response.headers[.contentType]?.hasPrefix("application/json") == true)
      #expect(response.headers[try #require(.init("OData-Version"))] == "4.0")
      #expect(!body.contains("nextLink") && !body.contains("@odata.count"))
    }
  }

  @Test("$count counts what the filter lets through, not what the page holds")
  func count() async throws {
    try await Client.serving([Self.source]) { client in
      let page = try await client.json("/odata/Thing?$count=true&$top=3&$skip=2&$filter=Price%20gt%209.5")
      #expect(page["@odata.count"]?.integer == 15)
      #expect(page["value"]?.elements.map { $0.raw("Key") } == ["\"k112\"", "\"k113\"", "\"k114\""])
      #expect(String(buffer: try await client.get("/odata/Thing/$count?$filter=Price%20gt%209.5").body) == "15")
    }
  }

  @Test("the page size that a client prefers is kept, said, and remembered by the link")
  func pageSize() async throws {
    try await Client.serving([Self.source]) { client in
      var first = client
      first.headers[try #require(.init("Prefer"))] = "respond-async, odata.maxpagesize=10"
      let response = try await first.get("/odata/Thing?$orderby=Price%20desc&$select=Key")
      #expect(response.headers[try #require(.init("Preference-Applied"))] == "odata.maxpagesize=10")
      let pages = try await first.walk("/odata/Thing?$orderby=Price%20desc&$select=Key")
      #expect(pages.map(\.count) == [10, 10, 5])
      #expect(pages[0][0].encoded == #"{"Key":"k124"}"#)

      let link = try await first.json("/odata/Thing?$filter=Key%20ne%20'x'")["@odata.nextLink"]?.text ?? ""
      #expect(link.hasPrefix("http://") && link.contains("/odata/Thing?$filter=Key%20ne%20'x'&$skiptoken="))
      let path = String(link.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" })
      #expect(try await client.json(path)["value"]?.elements.count == 10)
    }
  }

  @Test("$select brings the named members as they were written, in the record's order, and the stamp when it is named")
  func select() async throws {
    try await Client.serving([Self.source]) { client in
      let page = try await client.get("/odata/Thing?$select=Stamp,Price,Key&$top=1")
      #expect(String(buffer: page.body).contains(#"[{"Key":"k100","Price":0.50,"Stamp":"2024-"#))
      #expect(try await client.json("/odata/Thing?$select=*&$top=1")["value"]?.elements.first?["Text"] != nil)
      _ = try await client.json("/odata/Thing?$select=Nope", status: .badRequest)
    }
  }

  struct Bad: CustomTestStringConvertible {
    var path: String
    var status: Int
    init(_ path: String, _ status: Int) { (self.path, self.status) = (path, status) }
    var testDescription: String { path }
  }

  @Test(
    "what cannot be answered has the status and OData's error body",
    arguments: [
      Bad("/odata/Nothing", 404), Bad("/odata/Thing/x/y", 404), Bad("/nowhere", 404), Bad("/rest/Nothing", 404),
      Bad("/odata/Thing?$top=-1", 400), Bad("/odata/Thing?$top=x", 400), Bad("/odata/Thing?$skip=1.5", 400),
      Bad("/odata/Thing?$count=yes", 400), Bad("/odata/Thing?$top=1&$top=2", 400),
      Bad("/odata/Thing?$skiptoken=1", 400),
      Bad("/odata/Thing?$filter=%C3%28", 400), Bad("/odata/Thing?$filter=%zz", 400),
      Bad("/odata/Thing?$expand=Media", 501),
      Bad("/odata/Thing?$orderby=Nope", 400), Bad("/rest/Thing?page=0", 400), Bad("/rest/Thing?page_size=5001", 400),
      Bad("/rest/Thing?page=x", 400), Bad("/rest/Thing?updated_since=yesterday", 400),
    ]
  )
  func errors(row: Bad) async throws {
    try await Client.serving([Self.source]) { client in
      let response = try await client.get(row.path)
      #expect(Int(response.status.code) == row.status)
      let error = try await client.json(row.path, status: response.status)["error"]
      #expect(error?["code"]?.text?.isEmpty == false)
      #expect(error?["message"]?.text?.isEmpty == false)
    }
  }

  @Test("$metadata names keys and inferred types, and the service document the sets")
  func metadata() async throws {
    let records =
      #"{"Key":1,"a&b":null,"Day":"2024-01-06","N":1,"D":1.5,"Big":99999999999999999999,"T":"2024-01-06T00:00:00Z","Y":true,"O":{},"L":[]}"#
    let more =
      #"{"Key":2,"a&b":"x","Day":"2024-01-07","N":-9223372036854775808,"D":2,"Big":1,"T":"2024-01-06T00:00:00+01:00","Y":false,"O":null}"#
    try await Client.serving([TextSource(snapshots: [records + "\n" + more]), Homes(seed: 1, count: 3)]) { client in
      let xml = String(buffer: try await client.get("/odata/$metadata").body)
      for line in [
        #"<EntityType Name="Thing">"#, #"<PropertyRef Name="Key"/>"#,
        #"Name="Key" Type="Edm.Int64" Nullable="false"/>"#,
        #"Name="a&amp;b" Type="Edm.String" Nullable="true"/>"#, #"Name="Day" Type="Edm.Date" Nullable="false"/>"#,
        #"Name="N" Type="Edm.Int64""#, #"Name="D" Type="Edm.Decimal""#, #"Name="Big" Type="Edm.Decimal""#,
        #"Name="T" Type="Edm.DateTimeOffset""#, #"Name="Y" Type="Edm.Boolean""#,
        #"Name="O" Type="Edm.Untyped" Nullable="true"/>"#,
        #"Name="L" Type="Collection(Edm.Untyped)" Nullable="true"/>"#,
        #"Name="Stamp" Type="Edm.DateTimeOffset" Nullable="false"/>"#,
        #"<EntitySet Name="Media" EntityType="Vendor.Media"/>"#, #"Name="MediaSizeBytes" Type="Edm.Int64""#,
      ] { #expect(xml.contains(line), "\(line)") }
      let sets = try await client.json("/odata/")["value"]?.elements.map { $0["name"]?.text }
      #expect(sets == ["Thing", "Property", "Media", "PropertyRooms", "OpenHouse"])
    }
  }
}
