internal import NIOHTTP1
internal import PipelineConfig
internal import Telemetry

/// What a status other than success means.
enum StatusFailure {
  static func classify(
    _ response: Answer,
    message: String?,
    source: Source
  ) -> RequestFailure {
    var failure = kind(of: response, message: message, source: source)
    failure.status = response.status
    failure.isTooLarge = failure.status == 413
    return failure
  }

  private static func kind(of response: Answer, message: String?, source: Source) -> RequestFailure {
    let status = response.status
    let reason = "status \(status)" + (message.map { ": \($0)" } ?? "")
    let wait = RateHeaders.wait(response.headers, status: status, now: VendorClock.now(response.headers))
    switch status {
    // Some vendors refuse with 403 what is too much, and only their headers tell.
    case 403 where wait != nil: return RequestFailure(.throttled, reason, retryAfter: wait)
    case 401, 403: return RequestFailure(.auth, reason)
    case 408: return RequestFailure(.timeout, reason, retryAfter: wait)
    case 429: return RequestFailure(.throttled, reason, retryAfter: wait)
    case 425, 500, 502...599: return RequestFailure(.server, reason, retryAfter: wait)
    case 404, 405:
      let hint = "check sources.\(source.name).base_url and the feed's path"
      return RequestFailure(.client, reason, hint: hint, exitStatus: .config)
    // 501 is what RESO vendors answer to a query option that they do not know.
    case 400, 414, 501: return RequestFailure(.client, reason, exitStatus: .config)
    case 410:
      return RequestFailure(.client, reason, hint: "run it again; the vendor's links may have expired")
    default: return RequestFailure(.client, reason)
    }
  }
}
