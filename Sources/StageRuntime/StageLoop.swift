internal import Logging
internal import PipelineConfig
public import Spool
internal import SystemPackage
public import Telemetry

/// The part of hash, stage and merge that is the same for all: which segments, in what order, and what becomes of each.
public struct StageLoop<Processor: SegmentProcessor & ~Copyable>: ~Copyable {
  private let context: StageContext
  private let stop: StopRequest
  private var processor: Processor
  private var counts: [String: Int] = [:]
  private var worst = ExitStatus.success
  private var feedsSeen: Set<String> = []

  public init(_ processor: consuming Processor, context: StageContext, stop: StopRequest) {
    self.processor = processor
    self.context = context
    self.stop = stop
  }

  /// Longest time between two looks at whether somebody asked to stop.
  private static var waitMax: Duration { .milliseconds(500) }

  /// Does everything that the options ask for.
  ///
  /// - Returns: The most serious of what happened to single segments.
  /// - Throws: What ends the program: no room, no database, a stream that is gone.
  public mutating func run(_ options: InputOptions) throws -> ExitStatus {
    if options.inputs == ["-"] {
      while !stop.isAsked, let line = readLine() {
        if !line.isEmpty { try work(on: line, redo: options.redo) }
      }
    } else if !options.inputs.isEmpty {
      for path in options.inputs where !stop.isAsked { try work(on: path, redo: options.redo) }
    } else {
      try drain(options)
    }
    let feed = feedsSeen.count == 1 ? feedsSeen.first : nil
    context.reporter.finished(feed: feed, counts: counts, message: "done")
    return worst
  }
}

extension StageLoop where Processor: ~Copyable {
  /// One segment that was named.
  private mutating func work(on path: String, redo: Bool) throws {
    let location: SegmentLocation
    do {
      location = try context.spool.locate(FilePath(path))
    } catch {
      note(error, feed: nil)
      return
    }
    guard location.queue == Processor.input else {
      return note(WrongQueue(path: path, wanted: Processor.input), feed: location.feed)
    }
    let queue = try context.spool.queue(location.queue, feed: location.feed)
    if redo {
      let input: InputSegment
      do { input = try queue.open(location.name, in: location.state) } catch { return note(error, feed: location.feed) }
      try process(input)
    } else if try !claimAndProcess(location.name, in: queue) {
      context.reporter.logger.debug(
        "not ready, or claimed by another worker", metadata: ["segment": "\(location.name)"]
      )
    }
  }

  /// What is ready, feed by feed, parents first; with --follow again and again.
  private mutating func drain(_ options: InputOptions) throws {
    let feeds = try options.feed.map { [try context.pipeline.feed(named: $0)] } ?? context.pipeline.feedsInOrder
    let queues = try feeds.map { try context.spool.queue(Processor.input, feed: $0.name) }
    var watch = try QueueWatch(options.follow ? queues : [])
    repeat {
      for queue in queues {
        for name in try queue.segments(in: .ready) where !stop.isAsked { _ = try claimAndProcess(name, in: queue) }
      }
      guard options.follow else { return }
      while !stop.isAsked, try !watch.wait(atMost: Self.waitMax) {}
    } while !stop.isAsked
  }

  /// - Returns: False when the segment is not there to be claimed.
  private mutating func claimAndProcess(_ name: SegmentName, in queue: SpoolQueue) throws -> Bool {
    guard let claimed = try queue.claim(name) else { return false }
    let isSettled: Bool
    var reason: HoldReason?
    do {
      isSettled = try process(claimed.input)
    } catch let error as any HoldableError {
      note(error, feed: queue.feed)
      isSettled = false
      reason = HoldReason(name: error.holdName, message: error.description)
    }
    if let reason {
      try claimed.hold(reason: reason)
    } else if isSettled {
      try claimed.finish()
    } else {
      claimed.release()
    }
    return true
  }

  /// - Returns: Whether the segment is settled.
  /// - Throws: A ``HoldableError`` when the segment itself is at fault.
  @discardableResult
  private mutating func process(_ input: InputSegment) throws -> Bool {
    feedsSeen.insert(input.feed)
    let done: ProcessedSegment
    do {
      done = try processor.process(input)
    } catch let error as SpoolError {
      if case .damaged = error { throw DamagedSegment(error: error) }
      throw error
    }
    if let path = done.printed { try StandardStream.output.writeLine(path.string) }
    counts.merge(done.counts, uniquingKeysWith: +)
    context.reporter.progress(feed: input.feed, run: "\(done.footer.run)", counts: counts)
    if !done.settled { worst = .worse(worst, .temporaryFailure) }
    return done.settled
  }

  private mutating func note(_ error: any Error, feed: String?) {
    context.reporter.failed(error, feed: feed)
    worst = .worse(worst, ExitStatus(for: error))
  }
}

/// A segment of another queue was named.
struct WrongQueue: OperatorError {
  var path: String
  var wanted: QueueName

  var message: String { "\(path): is not in the queue \(wanted.rawValue)" }
  var hint: String? { "give the paths that the stage before printed" }
  var exitStatus: ExitStatus { .usage }
}

/// A segment that is not whole.
struct DamagedSegment: HoldableError {
  var error: SpoolError

  var message: String { error.message }
  var hint: String? { error.hint }
  var exitStatus: ExitStatus { error.exitStatus }
  var holdName: String { "damaged" }
}
