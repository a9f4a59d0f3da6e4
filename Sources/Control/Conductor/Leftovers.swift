internal import Spool

/// Segments that an earlier run published and did not come to work off: a crash, a full disk, a database that was down.
struct Leftovers: Equatable {
  /// Segments that are ready, in all queues.
  var count: Int
  /// The programs that have work, and those after them that will have; in pipe order.
  var stages: [StageName]

  /// - Throws: When the queues cannot be read.
  init(of feed: String, in spool: Spool) throws {
    var depths: [QueueName: Int] = [:]
    for queue in QueueName.allCases { depths[queue] = try spool.queue(queue, feed: feed).segments(in: .ready).count }
    self.init(depths: depths)
  }

  /// - Parameter depths: How many segments are ready in each queue.
  init(depths: [QueueName: Int]) {
    count = depths.values.reduce(0, +)
    stages = Array(StageName.allCases.drop { stage in stage.input.map { depths[$0] ?? 0 == 0 } ?? true })
  }
}
