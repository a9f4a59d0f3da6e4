internal import JSONText
internal import Telemetry

/// How a request proves who sends it.
enum AuthScheme: Sendable {
  case bearer(Secret)
  /// A key in a header of this name.
  case headerKey(name: String, Secret)
  /// A key in a query parameter of this name.
  case queryKey(name: String, Secret)
  case basic(user: String, password: Secret)
  case oauth(OAuthClient)

  private enum Kind: String, CaseIterable {
    case bearer
    case apiKey = "api_key"
    case basic
    case oauth2
  }

  /// - Throws: ``VendorError`` that names the member.
  static func read(_ value: JSONValue, at path: String) throws(VendorError) -> AuthScheme {
    var object = try RulesObject(value, at: path)
    guard let kind = try object.choice("kind", of: Kind.self) else { throw object.problem("kind", "is missing") }
    let scheme: AuthScheme
    switch kind {
    case .bearer: scheme = .bearer(Secret(try object.required("token")))
    case .apiKey:
      let key = Secret(try object.required("key"))
      switch (try object.text("header"), try object.text("parameter")) {
      case (let header?, nil): scheme = .headerKey(name: header, key)
      case (nil, let parameter?): scheme = .queryKey(name: parameter, key)
      default: throw object.problem("key", "goes into a \"header\" or a \"parameter\"; name one of them")
      }
    case .basic:
      scheme = .basic(user: try object.required("user"), password: Secret(try object.required("password")))
    case .oauth2: scheme = .oauth(try OAuthClient.read(&object))
    }
    try object.finish()
    return scheme
  }
}

/// A client that gets its tokens by client credentials. Source: RFC 6749 §4.4.
struct OAuthClient: Sendable {
  var id: String
  var secret: Secret
  /// Where tokens are given out.
  var path = "/oauth/token"
  /// How long a token is good for.
  var lifetime = Duration.seconds(3600)
  /// What the answer says of that; nil: the truth.
  var claimedSeconds: Int?

  static func read(_ object: inout RulesObject) throws(VendorError) -> OAuthClient {
    var client = OAuthClient(id: try object.required("client_id"), secret: Secret(try object.required("client_secret")))
    if let given = try object.text("path") { client.path = given }
    if let given = try object.seconds("expires_in") { client.lifetime = given }
    client.claimedSeconds = try object.integer("claims_expires_in", in: 0...86_400)
    return client
  }
}
