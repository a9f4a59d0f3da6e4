public import Telemetry

/// A fetch failed. One line: the feed, the address, what happened, how often it was tried, and what to do next.
public struct FetchError: OperatorError, Equatable {
  /// One line with its subject, no secrets.
  public var message: String
  public var hint: String?
  public var exitStatus: ExitStatus
  /// What the vendor refused, for paging to find another way.
  var refusal: PageRefusal?
  /// What was read so far is no beginning for another run.
  var startsAnew = false

  init(feed: String, address: WebAddress? = nil, message: String, hint: String?, exitStatus: ExitStatus) {
    self.message = (["\(feed)"] + (address.map { [$0.shown] } ?? []) + [message]).joined(separator: ": ")
    self.hint = hint
    self.exitStatus = exitStatus
  }
}

extension FetchError {
  /// A request that was given up after so many tries, the last included. `more` says why there was no further one, when
  /// the failure alone does not.
  init(feed: String, source: String, page: PageRequest, _ failure: RequestFailure, attempts: Int, more: String?) {
    let tries = attempts == 1 ? "1 attempt" : "\(attempts) attempts"
    let details = ["page \(page.number)", tries, more].compactMap { $0 }.joined(separator: ", ")
    self.init(
      feed: feed,
      address: page.address,
      message: "\(failure.reason) (\(details))",
      hint: failure.hint ?? failure.kind.hint(feed: feed, source: source),
      exitStatus: failure.exitStatus ?? failure.kind.exitStatus
    )
    refusal = PageRefusal(
      status: failure.status,
      isContent: failure.kind == .content,
      isTimeout: failure.kind == .timeout
    )
  }

  /// A walk through pages that cannot go on.
  init(feed: String, address: WebAddress, _ problem: PagingProblem) {
    self.init(feed: feed, address: address, message: problem.message, hint: problem.hint, exitStatus: .dataError)
    // Behind the end there is nothing to go on with, and the total that was not reached may have been wrong.
    if case .cutShort = problem { startsAnew = true }
  }
}
