internal import HTTPTypes
internal import Hummingbird

/// Refuses requests over the limits, and tells on every answer how much is left.
struct LimitMiddleware: RouterMiddleware {
  typealias Context = VendorContext

  @concurrent func handle(
    _ request: Request,
    context: Context,
    next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard let limiter = context.live.limiter, let visit = context.visit, !isToken(request, context) else {
      return try await next(request, context)
    }
    let (verdict, left) = limiter.decide(visit)
    let settings = limiter.settings
    let now = visit.started.moved(by: context.live.rules.clockSkew)
    let headers = LimitHeaders.fields(left, settings.headers, settings.reset, now: now)
    switch verdict {
    case .allowed:
      do {
        var response = try await next(request, context)
        response.headers.append(contentsOf: headers)
        return response
      } catch var refusal as Refusal {
        refusal.headers.append(contentsOf: headers)
        throw refusal
      }
    case .suspended(let until):
      visit.note { $0.violations.append("suspended") }
      throw Refusal(
        status: .forbidden,
        code: "Suspended",
        message: "This token was suspended for going over the limits, until \(HTTPDate.text(of: until.stamp))."
      )
    case .refused(let limits, let wait):
      visit.note { $0.violations += limits }
      var refusal = Refusal(
        status: HTTPResponse.Status(code: settings.status),
        code: "TooManyRequests",
        message: "Over the limit: \(limits.joined(separator: ", "))."
      )
      refusal.headers = headers
      refusal.headers[.retryAfter] = settings.retryAfter.value(wait: wait, now: now)
      throw refusal
    }
  }

  /// Asking for a token is not asking for data.
  private func isToken(_ request: Request, _ context: Context) -> Bool {
    if case .oauth(let client)? = context.live.rules.auth { client.path == request.uri.path } else { false }
  }
}

extension LimitSettings.RetryAfter {
  /// The header's value for a wait in microseconds, never less than that; nil for no header.
  func value(wait: Int64, now: Moment) -> String? {
    let seconds = (wait + 999_999) / 1_000_000
    switch self {
    case .seconds: return String(seconds)
    case .date: return HTTPDate.text(of: Stamp(milliseconds: (now.microseconds + wait + 999_999) / 1000))
    case .past: return "Sun, 06 Nov 1994 08:49:37 GMT"
    case .garbage: return "soon"
    case .none: return nil
    }
  }
}
