internal import HTTPTypes
internal import Hummingbird
internal import JSONText
internal import NIOCore
internal import Telemetry

/// Lets requests through that prove who sends them, in the way that the rules want, and gives out OAuth2 tokens.
///
/// The paths under /vendor are not the vendor's: for them the token of the command line counts, whatever the rules say.
struct AuthMiddleware: RouterMiddleware {
  typealias Context = VendorContext

  /// The token of the command line; nil lets everyone in.
  let token: Secret?
  let replies: Replies

  /// Largest body of a request for a token.
  private static let tokenRequestBytesMax = 1 << 16

  @concurrent func handle(
    _ request: Request,
    context: Context,
    next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    if request.isControl {
      if let token { try Self.check(bearer: request, Credential.areEqual(token)) }
      return try await next(request, context)
    }
    switch context.live.rules.auth {
    case nil: if let token { try Self.check(bearer: request, Credential.areEqual(token)) }
    case .bearer(let token)?: try Self.check(bearer: request, Credential.areEqual(token))
    case .headerKey(let name, let key)?:
      let given = HTTPField.Name(name).flatMap { request.headers[$0] } ?? ""
      guard Credential.areEqual(key)(given) else { throw Refusal.unauthorized("A valid key is required in \(name).") }
    case .queryKey(let name, let key)?:
      let given = try QueryString(request.uri.query ?? "")[name] ?? ""
      guard Credential.areEqual(key)(given) else {
        throw Refusal.unauthorized("A valid key is required in the parameter \(name).")
      }
    case .basic(let user, let password)?:
      guard Credential.isBasic(request.headers[.authorization], user, password) else {
        throw Refusal.unauthorized("User and password are required.", challenge: "Basic realm=\"vendor\"")
      }
    case .oauth(let client)?:
      if request.uri.path == client.path { return try await issue(request, client, context) }
      try Self.check(bearer: request, context.live.tokens.accepts)
    }
    return try await next(request, context)
  }

  private static func check(bearer request: Request, _ isRight: (String) -> Bool) throws(Refusal) {
    guard isRight(Credential.value(request.headers[.authorization] ?? "", scheme: "bearer")) else {
      throw .unauthorized("A valid bearer token is required.")
    }
  }

  /// A token for a client that says who it is, in the body or by basic authentication.
  private func issue(_ request: Request, _ client: OAuthClient, _ context: Context) async throws -> Response {
    guard request.method == .post else {
      throw Refusal(status: .methodNotAllowed, code: "MethodNotAllowed", message: "Tokens are asked for by POST.")
    }
    let body = try await request.body.collect(upTo: Self.tokenRequestBytesMax)
    let form = try QueryString(String(buffer: body))
    guard form["grant_type"] == "client_credentials" else {
      return oauthError(request, .badRequest, "unsupported_grant_type")
    }
    let isKnown =
      Credential.isBasic(request.headers[.authorization], client.id, client.secret)
      || form["client_id"] == client.id && Credential.areEqual(client.secret)(form["client_secret"] ?? "")
    guard isKnown else { return oauthError(request, .unauthorized, "invalid_client") }
    let token = context.live.tokens.issue(for: client.lifetime)
    let seconds = client.claimedSeconds ?? Int(client.lifetime.components.seconds)
    let members = [
      JSONMember(name: "access_token", value: .string(token)),
      JSONMember(name: "token_type", value: .string("Bearer")),
      JSONMember(name: "expires_in", value: .number(String(seconds))),
    ]
    return replies.json(to: request, .object(members), headers: [.cacheControl: "no-store"])
  }

  /// Source: RFC 6749 §5.2.
  private func oauthError(_ request: Request, _ status: HTTPResponse.Status, _ code: String) -> Response {
    replies.json(to: request, .object([JSONMember(name: "error", value: .string(code))]), status: status)
  }
}

extension Request {
  /// Whether the path belongs to this program and not to the vendor that it plays.
  var isControl: Bool { uri.path == "/vendor" || uri.path.hasPrefix("/vendor/") }
}
