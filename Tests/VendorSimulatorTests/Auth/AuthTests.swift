import HTTPTypes
import JSONText
import NIOCore
import NIOHTTP1
import Telemetry
import Testing

@testable import VendorSimulator

/// Every way of proving who sends a request.
@Suite(.timeLimit(.minutes(5)))
struct AuthTests {
  struct Case: CustomTestStringConvertible {
    var rule: String
    var good: (path: String, headers: HTTPFields)
    var bad: [(path: String, headers: HTTPFields)]
    var testDescription: String { rule }
  }

  private static func header(_ name: String, _ value: String) -> HTTPFields { HTTPFields(name, value) }

  static let cases: [Case] = [
    Case(
      rule: #"{"kind":"bearer","token":"t1"}"#,
      good: ("/rest/cars", header("Authorization", "Bearer t1")),
      bad: [("/rest/cars", [:]), ("/rest/cars", header("Authorization", "Bearer other"))]
    ),
    Case(
      rule: #"{"kind":"api_key","key":"k1","header":"X-Api-Key"}"#,
      good: ("/rest/cars", header("x-api-key", "k1")),
      bad: [("/rest/cars", [:]), ("/rest/cars", header("X-Api-Key", "k2")), ("/rest/cars?X-Api-Key=k1", [:])]
    ),
    Case(
      rule: #"{"kind":"api_key","key":"k 1","parameter":"api_key"}"#,
      good: ("/rest/cars?api_key=k%201", [:]),
      bad: [("/rest/cars", [:]), ("/rest/cars?api_key=k", [:]), ("/rest/cars", header("api_key", "k 1"))]
    ),
    // RFC 7617 §2 has this pair and its encoding.
    Case(
      rule: #"{"kind":"basic","user":"Aladdin","password":"open sesame"}"#,
      good: ("/rest/cars", header("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")),
      bad: [
        ("/rest/cars", [:]), ("/rest/cars", header("Authorization", "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==")),
        ("/rest/cars", header("Authorization", "Basic QWxhZGRpbjpvcGVu")),
      ]
    ),
  ]

  @Test("whoever proves himself as the rules want is let in, and nobody else", arguments: cases)
  func schemes(row: Case) async throws {
    var options = VendorServer.Options()
    options.token = Secret("control")
    let rules = #"{"auth":\#(row.rule)}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 3)], options, rules: rules) { client in
      var client = client
      client.headers = row.good.headers
      #expect(try await client.get(row.good.path).status == .ok)
      #expect(try await client.get("/vendor/state").status == .unauthorized, "the control paths want --token")
      for bad in row.bad + [("/rest/cars", Self.header("Authorization", "Bearer control"))] {
        client.headers = bad.headers
        let answer = try await client.get(bad.path)
        #expect(answer.status == .unauthorized && answer.headers[.wwwAuthenticate] != nil, "\(bad)")
      }
      client.headers = Self.header("Authorization", "Bearer control")
      #expect(try await client.get("/vendor/state").status == .ok)
    }
  }

  @Test("OAuth2 gives a token for id and secret, in the body or by basic authentication, and refuses all else")
  func tokens() async throws {
    let rules = #"{"auth":{"kind":"oauth2","client_id":"me","client_secret":"s e","path":"/token","expires_in":90}}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 3)], rules: rules) { client in
      var client = client
      let grant = "grant_type=client_credentials"
      let body = "\(grant)&client_id=me&client_secret=s+e"
      #expect(
        try await client.send(.POST, "/token", body: "\(grant)&client_id=me&client_secret=x").status == .unauthorized
      )
      #expect(try await client.send(.POST, "/token", body: "client_id=me&client_secret=s+e").status == .badRequest)
      #expect(try await client.send(.GET, "/token").status == .methodNotAllowed)
      let first = try JSONValue(parsing: try await client.send(.POST, "/token", body: body).text)
      #expect(first["expires_in"]?.integer == 90 && first["token_type"]?.text == "Bearer")
      client.headers[.authorization] = "Basic " + Credential.base64(Array("me:s e".utf8))
      let second = try JSONValue(parsing: try await client.send(.POST, "/token", body: grant).text)
      let tokens = [first, second].compactMap { $0["access_token"]?.text }
      #expect(Set(tokens).count == 2)
      for token in tokens {
        client.headers[.authorization] = "Bearer \(token)"
        #expect(try await client.get("/rest/cars").status == .ok)
      }
      #expect(try await client.post("/vendor/revoke").text == #"{"revoked":2}"#)
      #expect(try await client.get("/rest/cars").status == .unauthorized)
    }
  }

  @Test("a token is refused when its time is over, though the answer claimed more")
  func expiry() async throws {
    let rules = """
      {"auth":{"kind":"oauth2","client_id":"a","client_secret":"b","expires_in":0.2,"claims_expires_in":3600}}
      """
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 3)], rules: rules) { client in
      var client = client
      let body = "grant_type=client_credentials&client_id=a&client_secret=b"
      let answer = try JSONValue(parsing: try await client.send(.POST, "/oauth/token", body: body).text)
      #expect(answer["expires_in"]?.integer == 3600)
      client.headers[.authorization] = "Bearer \(answer["access_token"]?.text ?? "")"
      let end = ContinuousClock.now + .milliseconds(200)
      #expect(try await client.get("/rest/cars").status == .ok || ContinuousClock.now >= end)
      try await Task.sleep(until: end + .milliseconds(1))
      #expect(try await client.get("/rest/cars").status == .unauthorized)
    }
  }
}
