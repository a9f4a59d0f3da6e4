internal import Glibc
internal import Spool
internal import SystemPackage

/// One segment in one place, as a look into the spool found it.
struct SegmentEntry {
  var feed: String
  var queue: QueueName
  var state: SegmentState
  var name: SegmentName
  var path: FilePath
  var storedBytes: Int
  /// Since the file was written.
  var ageSeconds: Int

  /// What its footer says; nil for a draft, and for a file that is damaged.
  var footer: SegmentFooter? { try? SegmentReader.footer(of: path) }

  /// Every segment of a feed, or of one of its queues: queues and states in the order of the work, names sorted.
  ///
  /// A segment that moves on meanwhile is found where it was, where it came, or not at all.
  static func all(feed: String, queues: [QueueName] = QueueName.allCases, in spool: Spool) throws -> [SegmentEntry] {
    let now = time(nil)
    var entries: [SegmentEntry] = []
    for queueName in queues {
      let queue = try spool.queue(queueName, feed: feed)
      for state in SegmentState.allCases {
        for name in try queue.segments(in: state) {
          let path = queue.path(of: name, in: state)
          guard let status = try? path.stat(followTargetSymlink: false) else { continue }
          let entry = SegmentEntry(
            feed: feed,
            queue: queueName,
            state: state,
            name: name,
            path: path,
            storedBytes: Int(status.size),
            ageSeconds: now - status.st_mtim.tv_sec
          )
          entries.append(entry)
        }
      }
    }
    return entries
  }
}
