internal import HTTPTypes
internal import Hummingbird
internal import Telemetry

/// Turns whatever goes wrong behind it into the vendor's error body.
struct RefusalMiddleware: RouterMiddleware {
  typealias Context = VendorContext

  let replies: Replies

  @concurrent func handle(
    _ request: Request,
    context: Context,
    next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let refusal as Refusal {
      return replies.response(to: request, refusal)
    } catch let error as HTTPError {
      let code = error.status == .notFound ? "NotFound" : "HTTP\(error.status.code)"
      let message = error.body ?? "\(request.method) \(request.uri.path): \(error.status.reasonPhrase)"
      return replies.response(to: request, Refusal(status: error.status, code: code, message: message))
    } catch let error as VendorError where error.exitStatus == .config || request.isControl && request.method == .put {
      return replies.response(to: request, .badRequest(error.message))
    } catch let error as VendorError {
      return replies.response(
        to: request,
        Refusal(status: .internalServerError, code: "Snapshot", message: error.description)
      )
    }
  }
}
