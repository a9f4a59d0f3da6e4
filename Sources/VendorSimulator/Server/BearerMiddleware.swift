internal import HTTPTypes
internal import Hummingbird
internal import Telemetry

/// Lets requests through that carry the vendor's token.
struct BearerMiddleware: RouterMiddleware {
  typealias Context = BasicRequestContext

  let token: Secret

  @concurrent func handle(
    _ request: Request,
    context: Context,
    next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    let given = Self.token(in: request.headers[.authorization] ?? "")
    guard Self.areEqual(given, Array(token.reveal.utf8)) else { throw Refusal.unauthorized }
    return try await next(request, context)
  }

  /// What follows the scheme, which may be written in any case, and one space or more (RFC 9110 §11.1, §11.4).
  private static func token(in field: String) -> [UInt8] {
    let scheme = field.utf8.prefix { $0 != UInt8(ascii: " ") }
    guard String(Substring(scheme)).lowercased() == "bearer" else { return [] }
    return Array(field.utf8.dropFirst(scheme.count).drop { $0 == UInt8(ascii: " ") })
  }

  /// Looks at every byte, so that the time taken says nothing about how much of a guess was right.
  private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
