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
    let given = Array((request.headers[.authorization] ?? "").utf8)
    guard Self.areEqual(given, Array("Bearer \(token.reveal)".utf8)) else { throw Refusal.unauthorized }
    return try await next(request, context)
  }

  /// Looks at every byte, so that the time taken says nothing about how much of a guess was right.
  private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
