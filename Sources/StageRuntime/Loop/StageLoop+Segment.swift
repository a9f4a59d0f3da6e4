internal import Logging
internal import PipelineConfig
internal import Spool
internal import SystemPackage
internal import Telemetry

/// What came of one piece of work.
enum PieceFate {
  case done
  /// It is not there to be taken.
  case missed
  /// It has to come after what others have in hand.
  case putBack
}

extension StageLoop where Processor: ~Copyable {
  /// One segment that was named.
  mutating func work(on path: String, redo: Bool, _ piece: WorkInHand.Piece) throws -> PieceFate {
    let location: SegmentLocation
    do throws(SpoolError) {
      location = try context.spool.locate(FilePath(path))
    } catch {
      report(error, feed: nil)
      return .done
    }
    share.name(piece, feed: location.feed)
    guard location.queue == Processor.input else {
      report(WrongQueue(path: path, found: location.queue, wanted: Processor.input), feed: location.feed)
      return .done
    }
    let queue = try context.spool.queue(location.queue, feed: location.feed)
    if redo { return try again(location, in: queue, path: path, piece) }
    let fate = try claim(location.name, in: queue, piece)
    if fate == .missed { try explain(location, in: queue, path: path) }
    return fate
  }

  private mutating func timed(_ input: InputSegment) throws -> ProcessedSegment {
    let meter = context.reporter.meter
    let ticket = meter.begin(.segment)
    do {
      let done = try processor.process(input)
      meter.end(ticket, of: .segment)
      return done
    } catch {
      meter.end(ticket, of: .segment, failure: "failed")
      throw error
    }
  }

  /// Whether a segment has to wait for what other workers have in hand; it is put back then.
  private func putBack(_ input: InputSegment, _ piece: WorkInHand.Piece) -> Bool {
    guard share.hasEarlier(than: piece) else { return false }
    // A segment that cannot be read is not waited with: doing it tells why.
    guard let feeds = try? processor.comesAfter(input), !feeds.isEmpty else { return false }
    return share.putBack(piece, after: feeds)
  }

  /// A segment that was done, or is held, done once more. One that was held is done then; any other stays where it is.
  private mutating func again(
    _ location: SegmentLocation,
    in queue: SpoolQueue,
    path: String,
    _ piece: WorkInHand.Piece
  ) throws -> PieceFate {
    let input: InputSegment
    do throws(SpoolError) {
      input = try queue.open(location.name, in: location.state)
    } catch .system(.noSuchFileOrDirectory, _, _) {
      report(NoSegment(path: path), feed: location.feed)
      return .done
    }
    if putBack(input, piece) { return .putBack }
    do {
      let done = try timed(input)
      // What was made of it is published: the segment is cured.
      if location.state == .held, done.settled { try queue.settle(location.name) }
      try finish(done, feed: location.feed)
    } catch {
      if case .end = SegmentVerdict(for: error, on: input.path) { throw error }
      report(error, feed: location.feed)
    }
    return .done
  }

  /// Takes a ready segment and does it.
  mutating func claim(_ name: SegmentName, in queue: SpoolQueue, _ piece: WorkInHand.Piece) throws -> PieceFate {
    guard let claimed = try queue.claim(name) else { return .missed }
    if putBack(claimed.input, piece) {
      claimed.release()
      return .putBack
    }
    let deaths = try claimed.begin()
    guard deaths < context.pipeline.spool.attempts else {
      let error = DeadlySegment(path: claimed.path.string, attempts: deaths)
      report(error, feed: queue.feed)
      try claimed.hold(reason: HoldReason(name: "workers_died", message: error.message))
      return .done
    }
    let done: ProcessedSegment
    do {
      done = try timed(claimed.input)
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
      return .done
    }
    // What was made of it is published: the input is done, whether or not anybody still reads where.
    if done.settled { try claimed.finish() } else { claimed.release() }
    try finish(done, feed: queue.feed)
    return .done
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
