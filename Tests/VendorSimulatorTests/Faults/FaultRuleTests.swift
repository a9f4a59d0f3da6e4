import HTTPTypes
import JSONText
import NIOCore
import NIOHTTP1
import Telemetry
import Testing

@testable import VendorSimulator

/// Which requests a rule meets, and the answers that are made up.
@Suite(.timeLimit(.minutes(5)))
struct FaultRuleTests {
  private static func statuses(_ client: Client, _ paths: [String]) async throws -> [Int] {
    var statuses: [Int] = []
    for path in paths { statuses.append(try await client.get(path).status.code) }
    return statuses
  }

  @Test(
    "a rule fires when it says, and not otherwise",
    arguments: [
      (#""on":[2,4]"#, [200, 503, 200, 503, 200, 200]), (#""on":3"#, [200, 200, 503, 200, 200, 200]),
      (#""every":2"#, [200, 503, 200, 503, 200, 503]), (#""after":2,"every":2"#, [200, 200, 200, 503, 200, 503]),
      (#""times":2"#, [503, 503, 200, 200, 200, 200]), (#""after":4"#, [200, 200, 200, 200, 503, 503]),
      (#""chance":0"#, [200, 200, 200, 200, 200, 200]), (#""chance":1"#, [503, 503, 503, 503, 503, 503]),
    ]
  )
  func when(members: String, expected: [Int]) async throws {
    let rules = #"{"faults":[{\#(members),"do":{"kind":"status","status":503}}]}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 3)], rules: rules) { client in
      let statuses = try await Self.statuses(client, Array(repeating: "/rest/cars", count: 6))
      #expect(statuses == expected)
    }
  }

  @Test("counted by URL, each fails as often and then succeeds; the same seed draws the same whatever the order")
  func byURL() async throws {
    let twice = #"{"faults":[{"per":"url","times":2,"do":{"kind":"status","status":500}}]}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 3)], rules: twice) { client in
      let paths = (1...3).map { "/rest/cars?page=\($0)" }
      var seen: [[Int]] = []
      for _ in 0..<4 { seen.append(try await Self.statuses(client, paths)) }
      #expect(seen == [[500, 500, 500], [500, 500, 500], [200, 200, 200], [200, 200, 200]])
      let draw = #"{"faults":[{"per":"url","chance":0.4,"seed":9,"do":{"kind":"status","status":500}}]}"#
      let many = (1...60).map { "/rest/cars?page=\($0)" }
      try await client.rules(draw)
      let forward = try await Self.statuses(client, many)
      try await client.rules(draw)
      let backward = try await Self.statuses(client, many.reversed())
      #expect(forward == backward.reversed())
      #expect((12...36).contains(forward.count { $0 == 500 }))
      try await client.rules(draw.replacing("\"seed\":9", with: "\"seed\":10"))
      let other = try await Self.statuses(client, many)
      #expect(other != forward)
    }
  }

  struct Condition: CustomTestStringConvertible {
    var when: String
    var met: [String]
    var passed: [String]
    var testDescription: String { when }
  }

  @Test(
    "a condition meets what it describes and nothing else",
    arguments: [
      Condition(when: #"{"path":"/rest/cars"}"#, met: ["/rest/cars?page=2"], passed: ["/offset/cars", "/rest/cars2"]),
      Condition(when: #"{"path":"/rest/*"}"#, met: ["/rest/cars"], passed: ["/offset/cars"]),
      Condition(
        when: #"{"query":{"page":"3"}}"#,
        met: ["/rest/cars?page=3"],
        passed: ["/rest/cars?page=33", "/rest/cars"]
      ),
      Condition(when: #"{"query":{"page":"*"}}"#, met: ["/rest/cars?page=7"], passed: ["/rest/cars"]),
      Condition(when: #"{"contains":"e=3"}"#, met: ["/rest/cars?page=3"], passed: ["/rest/cars?page=4"]),
      Condition(
        when: #"{"page_size_over":50}"#,
        met: ["/rest/cars?page_size=51", "/offset/cars?limit=99", "/odata/cars?$top=60"],
        passed: ["/rest/cars?page_size=50", "/rest/cars"]
      ),
      Condition(
        when: #"{"keys_over":2}"#,
        met: [
          "/odata/cars?$filter=id%20in%20(1,2,3)",
          "/odata/cars?$filter=id%20eq%201%20or%20id%20eq%202%20or%20id%20eq%203",
        ],
        passed: ["/odata/cars?$filter=id%20in%20(1,2)"]
      ),
      Condition(
        when: #"{"ors_over":0}"#,
        met: ["/odata/cars?$filter=id%20eq%201%20or%20id%20eq%202"],
        passed: ["/odata/cars?$filter=id%20in%20(1,2)", "/odata/cars?$filter=make%20eq%20'or'"]
      ),
      Condition(
        when: #"{"skip_over":100}"#,
        met: ["/odata/cars?$skip=101", "/offset/cars?offset=200"],
        passed: ["/odata/cars?$skip=100"]
      ),
      Condition(
        when: #"{"uri_over":30}"#,
        met: ["/rest/cars?unknown=123456789012345"],
        passed: ["/rest/cars?unknown=1"]
      ),
      Condition(when: #"{"without_gzip":true}"#, met: ["/rest/cars"], passed: []),
      Condition(when: #"{"without_gzip":false}"#, met: [], passed: ["/rest/cars"]),
      Condition(when: #"{"method":"POST"}"#, met: [], passed: ["/rest/cars"]),
    ]
  )
  func conditions(row: Condition) async throws {
    let rules = #"{"faults":[{"when":\#(row.when),"do":{"kind":"status","status":418,"body":"rest"}}]}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 3)], rules: rules) { client in
      let met = try await Self.statuses(client, row.met)
      #expect(met.allSatisfy { $0 == 418 }, "\(met)")
      let passed = try await Self.statuses(client, row.passed)
      #expect(!passed.contains(418), "\(passed)")
    }
  }

  @Test(
    "every status comes with its body and its headers",
    arguments: [400, 401, 403, 404, 408, 410, 413, 414, 429, 500, 502, 503, 504],
    ErrorBody.Shape.allCases
  )
  func statusBodies(status: Int, shape: ErrorBody.Shape) async throws {
    let action = #"{"kind":"status","status":\#(status),"body":"\#(shape.rawValue)","message":"total exceeds 100000","#
    let rules = #"{"faults":[{"do":\#(action)"retry_after":"seconds","wait":7,"headers":{"X-Why":"test"}}}]}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 3)], rules: rules) { client in
      let answer = try await client.get("/rest/cars")
      #expect(answer.status.code == status)
      #expect(answer.headers[.retryAfter] == "7" && answer.headers[all: "X-Why"] == ["test"])
      switch shape {
      case .empty: #expect(answer.text.isEmpty)
      case .html, .text: #expect(answer.text.contains("total exceeds 100000"))
      case .problem:
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(try JSONValue(parsing: answer.text)["title"]?.text == "total exceeds 100000")
      case .rest: #expect(try JSONValue(parsing: answer.text)["message"]?.text == "total exceeds 100000")
      case .list: #expect(try JSONValue(parsing: answer.text)["errors"]?.elements[0]["detail"]?.text != nil)
      case .odata, .reso:
        #expect(try JSONValue(parsing: answer.text)["error"]?["message"]?.text == "total exceeds 100000")
      }
    }
  }

  @Test(
    "a body that is not the page comes with 200, packed or not",
    arguments: FaultAction.WrongBody.allCases,
    [true, false]
  )
  func wrongBodies(body: FaultAction.WrongBody, gzip: Bool) async throws {
    let rules = #"{"faults":[{"do":{"kind":"body","with":"\#(body.rawValue)"}}]}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 30)], rules: rules) { client in
      var client = client
      if gzip { client.headers = HTTPFields("Accept-Encoding", "gzip") }
      let answer = try await client.get("/rest/cars")
      #expect(answer.status == (body == .noContent ? .noContent : .ok))
      let isPacked = answer.headers[.contentEncoding] == "gzip"
      let bytes = Array(buffer: answer.body)
      let text = String(decoding: isPacked ? try Gunzip.decompress(bytes, maxBytes: 1 << 20) : bytes, as: UTF8.self)
      switch body {
      case .html: #expect(text.hasPrefix("<html>"))
      case .error: #expect(try JSONValue(parsing: text)["error"]?["code"]?.text == "501")
      case .empty, .noContent: #expect(text.isEmpty)
      case .mislabelled:
        #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
        #expect(try JSONValue(parsing: text)["data"]?.elements.count == 30)
      case .truncated:
        #expect(isPacked == gzip && text.hasPrefix(#"{"page":1,"#))
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
      }
    }
  }

  @Test("a redirect leads to the page, or to another origin, and is not met again on the way")
  func redirects() async throws {
    let rules = """
      {"faults":[{"when":{"path":"/rest/cars"},"do":{"kind":"redirect","status":307}},
        {"when":{"path":"/offset/cars"},
         "do":{"kind":"redirect","to":{"scheme":"https","host":"evil.invalid","port":8443,"user":"u"}}}]}
      """
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 3)], rules: rules) { client in
      let first = try await client.get("/rest/cars?page_size=2")
      #expect(first.status.code == 307)
      let location = try #require(first.headers[.location])
      #expect(location == "/rest/cars?page_size=2&redirected=1")
      let page = try await client.json(location)
      #expect(page["data"]?.elements.count == 2)
      let away = try await client.get("/offset/cars")
      #expect(away.headers[.location] == "https://u@evil.invalid:8443/offset/cars?redirected=2")
    }
  }

  @Test("revoking ends all tokens at the request that it meets")
  func revocation() async throws {
    let rules = """
      {"auth":{"kind":"oauth2","client_id":"a","client_secret":"b"},
       "faults":[{"when":{"path":"/rest/*"},"on":2,"do":{"kind":"revoke"}}]}
      """
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 3)], rules: rules) { client in
      var client = client
      func token() async throws -> String {
        let body = "grant_type=client_credentials&client_id=a&client_secret=b"
        return try JSONValue(parsing: try await client.send(.POST, "/oauth/token", body: body).text)["access_token"]?
          .text ?? ""
      }
      client.headers[.authorization] = "Bearer \(try await token())"
      let before = try await Self.statuses(client, ["/rest/cars", "/rest/cars", "/rest/cars"])
      #expect(before == [200, 401, 401])
      client.headers[.authorization] = "Bearer \(try await token())"
      let after = try await client.get("/rest/cars")
      #expect(after.status == .ok)
    }
  }

  @Test(
    "a mistake in a fault is refused with its place",
    arguments: [
      (#"[{"do":{"kind":"stauts"}}]"#, "faults[0].do.kind"), (#"[{"do":{"kind":"status"}}]"#, "faults[0].do.status"),
      (#"[{"when":{}}]"#, "faults[0].do"),
      (#"[{"do":{"kind":"slow"}},{"do":{"kind":"reset","at":2}}]"#, "faults[1].do.at"),
      (#"[{"do":{"kind":"slow"},"when":{"paht":"x"}}]"#, "faults[0].when.paht"),
      (#"[{"do":{"kind":"page","link":"foreign"}}]"#, "faults[0].do.to"),
      (#"[{"do":{"kind":"edit","edit":{"set":"cars","delete":{}}}}]"#, "faults[0].do.edit.delete.keys"),
      (#"{"do":{}}"#, "faults"),
    ]
  )
  func mistakes(faults: String, words: String) throws {
    let document = try JSONValue(parsing: #"{"faults":\#(faults)}"#)
    do throws(VendorError) {
      _ = try VendorRules(document)
      Issue.record("was accepted")
    } catch {
      #expect(error.message.contains(words), "\(error.message)")
      #expect(error.exitStatus == .config)
    }
  }
}
