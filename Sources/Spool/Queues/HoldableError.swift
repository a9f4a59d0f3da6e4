public import Telemetry

/// An error that is the segment's own: it is put into `held` with this reason, and the work goes on with the next.
public protocol HoldableError: OperatorError {
  /// A stable name for the note beside the held segment.
  var holdName: String { get }
}
