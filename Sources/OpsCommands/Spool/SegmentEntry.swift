internal import Glibc
internal import Spool

extension Spool {
  /// Every segment of a feed, or of some of its queues: queues and states in the order of the work, names sorted.
  func entries(
    feed: String,
    queues: [QueueName] = QueueName.allCases,
    states: [SegmentState] = SegmentState.allCases
  ) throws -> [StoredSegment] {
    try queues.flatMap { try queue($0, feed: feed).stored(in: states) }
  }
}

extension StoredSegment {
  /// Since the file was written, at a time in seconds since 1970.
  func ageSeconds(at now: Int) -> Int { max(0, now - writtenAt) }
}

/// The time of day.
enum Now {
  /// Since 1970.
  static var seconds: Int { time(nil) }
}
