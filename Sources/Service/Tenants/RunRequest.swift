internal import FoundationEssentials

/// A run that somebody, or the schedule, wants.
struct RunRequest: Equatable, Sendable {
  var id = ServiceRun.newID()
  var trigger: ServiceRun.Trigger
  var requestedBy: String?
  /// Empty for all.
  var feeds: [String] = []
  var isFull = false
  var attempt = 0

  /// The run that is asked for, not begun yet.
  ///
  /// - Parameter feeds: All that it will run, in order.
  /// - Returns: It waits since now.
  func run(of feeds: [String]) -> ServiceRun {
    ServiceRun(
      id: id,
      trigger: trigger,
      requestedBy: requestedBy,
      feeds: feeds,
      isFull: isFull,
      attempt: attempt,
      status: .waiting,
      startedAt: .now
    )
  }
}
