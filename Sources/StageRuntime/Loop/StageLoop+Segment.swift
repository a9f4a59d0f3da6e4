internal import Logging
internal import PipelineConfig
internal import Spool
internal import SystemPackage
internal import Telemetry

extension StageLoop where Processor: ~Copyable {
  /// One segment that was named.
  mutating func work(on path: String, redo: Bool) throws {
    let location: SegmentLocation
    do throws(SpoolError) {
      location = try context.spool.locate(FilePath(path))
    } catch {
      return report(error, feed: nil)
    }
    guard location.queue == Processor.input else {
      return report(WrongQueue(path: path, found: location.queue, wanted: Processor.input), feed: location.feed)
    }
    let queue = try context.spool.queue(location.queue, feed: location.feed)
    if redo { return try again(location, in: queue, path: path) }
    if try !claim(location.name, in: queue) { try explain(location, in: queue, path: path) }
  }

  /// A segment that was done, or is held, done once more. One that was held is done then; any other stays where it is.
  private mutating func again(_ location: SegmentLocation, in queue: SpoolQueue, path: String) throws {
    let input: InputSegment
    do throws(SpoolError) {
      input = try queue.open(location.name, in: location.state)
    } catch .system(.noSuchFileOrDirectory, _, _) {
      return report(NoSegment(path: path), feed: location.feed)
    }
    do {
      let done = try processor.process(input)
      // What was made of it is published: the segment is cured.
      if location.state == .held, done.settled { try queue.settle(location.name) }
      try finish(done, feed: location.feed)
    } catch {
      if case .end = SegmentVerdict(for: error, on: input.path) { throw error }
      report(error, feed: location.feed)
    }
  }

  /// Takes a ready segment and does it.
  ///
  /// - Returns: False when it is not there to be taken.
  mutating func claim(_ name: SegmentName, in queue: SpoolQueue) throws -> Bool {
    guard let claimed = try queue.claim(name) else { return false }
    let deaths = try claimed.begin()
    guard deaths < context.pipeline.spool.attempts else {
      let error = DeadlySegment(path: claimed.path.string, attempts: deaths)
      report(error, feed: queue.feed)
      try claimed.hold(reason: HoldReason(name: "workers_died", message: error.message))
      return true
    }
    let done: ProcessedSegment
    do {
      done = try processor.process(claimed.input)
    } catch {
      switch SegmentVerdict(for: error, on: claimed.path) {
      case .hold(let reason):
        report(error, feed: queue.feed)
        try claimed.hold(reason: reason)
      case .leave:
        report(error, feed: queue.feed)
        claimed.release()
      case .end:
        claimed.release()
        throw error
      }
      return true
    }
    // What was made of it is published: the input is done, whether or not anybody still reads where.
    if done.settled { try claimed.finish() } else { claimed.release() }
    try finish(done, feed: queue.feed)
    return true
  }

  private mutating func finish(_ done: ProcessedSegment, feed: String) throws {
    share.add(done, feed: feed)
    for remark in done.remarks {
      let details = remark.details.merging(["feed": feed]) { told, _ in told }
      context.reporter.logger.warning("\(remark.message)", metadata: details.mapValues { "\($0)" })
    }
    for path in done.printed { try share.print(path.string) }
    if let problem = done.problem { report(problem, feed: feed) }
  }

  /// Why a segment that was named is not there to be taken. Only what the caller may not know is said aloud.
  private mutating func explain(_ location: SegmentLocation, in queue: SpoolQueue, path: String) throws {
    func isThere(_ state: SegmentState) throws -> Bool { try queue.segments(in: state).contains(location.name) }
    let segment: Logger.Metadata = ["segment": "\(location.name)"]
    if try isThere(.ready) {
      context.reporter.logger.debug("another worker has it", metadata: segment)
    } else if try isThere(.done) {
      let wasNamedDone = location.state == .done
      context.reporter.logger.log(
        level: wasNamedDone ? .notice : .debug,
        "it is done already; --redo does it again",
        metadata: segment
      )
    } else if try isThere(.held) {
      report(HeldSegment(path: path, reason: try queue.holdReason(of: location.name)?.message), feed: location.feed)
    } else {
      report(NoSegment(path: path), feed: location.feed)
    }
  }

  private mutating func report(_ error: any Error, feed: String?) {
    context.reporter.failed(error, feed: feed)
    share.note(ExitStatus(for: error))
  }
}
