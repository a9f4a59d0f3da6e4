/// A run that somebody, or the schedule, wants.
struct RunRequest: Equatable, Sendable {
  var id = ServiceRun.newID()
  var trigger: ServiceRun.Trigger
  var requestedBy: String?
  /// Empty for all.
  var feeds: [String] = []
  var isFull = false
  var attempt = 0
}
