internal import Control
internal import Logging

/// What the pipelines of a service have in common.
struct SharedService: Sendable {
  var programs: ProgramFolder
  var slots: RunSlots
  /// Bytes that a run may hold, of what all may together; nil for what its pipeline says.
  var maxMemoryEach: Int?
  var logger: Logger
  /// Hands an event on to the observers; does not wait for them.
  var tell: @Sendable (ServiceEvent) -> Void
}
