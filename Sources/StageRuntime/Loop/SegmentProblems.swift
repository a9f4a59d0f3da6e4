internal import PipelineConfig
internal import Spool
internal import SystemPackage
internal import Telemetry

/// A segment of another queue was named.
struct WrongQueue: OperatorError, Equatable {
  var path: String
  var found: QueueName
  var wanted: QueueName

  var message: String { "\(path): is in the queue \(found.rawValue); this stage reads \(wanted.rawValue)" }
  var hint: String? { "give the paths that the stage before printed" }
  var exitStatus: ExitStatus { .usage }
}

/// A segment was named that is nowhere in its queue.
struct NoSegment: OperatorError, Equatable {
  var path: String

  var message: String { "\(path): there is no such segment" }
  var hint: String? { "weir spool where SEGMENT says in which queues it is" }
  var exitStatus: ExitStatus { .noInput }
}

/// Every worker that began with a segment died of it, or while it had it.
struct DeadlySegment: OperatorError, Equatable {
  var path: String
  var attempts: Int

  var message: String { "\(path): \(attempts) workers began with it and none came back; it is not tried again" }
  var hint: String? { "look into it with weir spool cat, then give it back with weir spool release" }
  var exitStatus: ExitStatus { .dataError }
}

/// A segment was named that has been set aside.
struct HeldSegment: OperatorError, Equatable {
  var path: String
  var reason: String?

  var message: String { "\(path): is held\(reason.map { ": \($0)" } ?? "")" }
  var hint: String? { "cure the cause, then: weir spool release SEGMENT, or --redo on its path in held" }
  var exitStatus: ExitStatus { .dataError }
}

/// What an error means for the segment in hand.
enum SegmentVerdict {
  /// The segment is at fault: it is set aside with the reason, and the next one is done.
  case hold(HoldReason)
  /// The segment is not ours to do; it stays where it is, and the next one is done.
  case leave
  /// Every other segment would fare the same.
  case end

  init(for error: any Error, on path: FilePath) {
    self =
      switch error {
      case let error as any HoldableError where error.holdName != nil:
        .hold(HoldReason(name: error.holdName ?? "", message: error.description))
      case SpoolError.damaged(path, _): .hold(HoldReason(name: "damaged", message: "\(error)"))
      case SpoolError.recordTooLong(_, path): .hold(HoldReason(name: "record_too_long", message: "\(error)"))
      case is UnknownFeed: .leave
      default: .end
      }
  }
}
