internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Marks answers with what they hold, and spares a client the body that it has. Source: RFC 9110 §8.8.3, §13.1.2.
struct ETagMiddleware: RouterMiddleware {
  typealias Context = VendorContext

  @concurrent func handle(
    _ request: Request,
    context: Context,
    next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    guard context.live.rules.hasETags, !request.isControl, request.method == .get, response.status == .ok else {
      return response
    }
    let body = try await BodyCollector.collect(response.body)
    let tag = "\"\(String(SeededGenerator.hash(body.readableBytesView), radix: 36))\""
    response.headers[.eTag] = tag
    // A page in gzip and the same page without are two representations, and have two tags.
    let known = request.headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }.map { $0.trimmingSpaces() }
    guard known.contains("*") || known.contains(tag) || known.contains("W/\(tag)") else { return response }
    var headers = response.headers
    headers[.contentType] = nil
    headers[.contentEncoding] = nil
    return Response(status: .notModified, headers: headers, body: ResponseBody())
  }
}
