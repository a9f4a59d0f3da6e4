public import Telemetry

/// An error that may be the segment's own: it is then put into `held` with this reason, and the work goes on with the next.
public protocol HoldableError: OperatorError {
  /// A stable name for the note beside the held segment; nil when the segment is not at fault.
  var holdName: String? { get }
}
