internal import PipelineConfig
public import Spool
internal import Synchronization
internal import SystemPackage
public import Telemetry

/// The part of hash, stage and merge that is the same for all: which segments, in what order, and what becomes of each.
///
/// One loop is one worker. Others of the same program may work beside it: each segment is claimed by one of them, and what
/// a stage makes of a segment depends on that segment alone, so their number shows in the time and in nothing else.
public struct StageLoop<Processor: SegmentProcessor & ~Copyable>: ~Copyable {
  let share: StageShare
  var processor: Processor
  private let relist: Duration

  var context: StageContext { share.context }

  /// - Parameters:
  ///   - processor: Does the work of one segment.
  ///   - context: The pipeline, the spool and the voice.
  ///   - stop: Looked at between two segments.
  public init(_ processor: consuming Processor, context: StageContext, stop: StopRequest) {
    let check: @Sendable () throws(StreamError) -> Void = { () throws(StreamError) in
      try StandardStream.output.checkReader()
    }
    self.init(processor, context: context, stop: stop, lines: LineInput(), checkReader: check) {
      (line: String) throws(StreamError) in
      try StandardStream.output.writeLine(line)
    }
  }

  init(
    _ processor: consuming Processor,
    context: StageContext,
    stop: StopRequest,
    lines: LineInput,
    relist: Duration = StageShare.relistInterval,
    heedsPressure: Bool? = nil,
    checkReader: @escaping @Sendable () throws(StreamError) -> Void = { () throws(StreamError) in },
    print: @escaping @Sendable (String) throws(StreamError) -> Void
  ) {
    let share = StageShare(
      context: context,
      stop: stop,
      lines: lines,
      heedsPressure: heedsPressure,
      checkReader: checkReader,
      print: print
    )
    self.init(processor, share: share, relist: relist)
  }

  private init(_ processor: consuming Processor, share: StageShare, relist: Duration = StageShare.relistInterval) {
    self.share = share
    self.processor = processor
    self.relist = relist
  }

  /// Does everything that the options ask for.
  ///
  /// - Parameters:
  ///   - options: Which segments.
  ///   - jobs: Workers in all, this one among them.
  ///   - makeProcessor: Makes what each of the others works with.
  /// - Returns: The most serious of what happened to single segments.
  /// - Throws: What ends the program: no room, no database, a stream that is gone, ``Stopped``.
  public mutating func run(
    _ options: InputOptions,
    jobs: Int = 1,
    others makeProcessor: (@Sendable () throws -> Processor)? = nil
  ) throws -> ExitStatus {
    context.reporter.started(feed: options.feed, message: "started")
    let others = makeProcessor.map { Array(repeating: $0, count: max(0, jobs - 1)) } ?? []
    if options.inputs.isEmpty {
      try drain(options, others)
    } else {
      share.load { $0.load(inputs: options.inputs) }
      try round(others, redo: options.redo)
    }
    let tally = share.total
    context.reporter.finished(feed: tally.feed, run: tally.run, counts: tally.counts, message: "done")
    // Being ended is how a stage that follows its queue ends.
    if share.stop.isAsked && !options.follow { throw Stopped() }
    return tally.worst
  }
}

extension StageLoop where Processor: ~Copyable {
  /// What is ready, feed by feed, parents first; with --follow again and again.
  private mutating func drain(_ options: InputOptions, _ others: [@Sendable () throws -> Processor]) throws {
    let feeds = try options.feed.map { [try context.pipeline.feed(named: $0)] } ?? context.pipeline.feedsInOrder
    share.watch(feeds.first?.name)
    let queues = try feeds.map { try context.spool.queue(Processor.input, feed: $0.name) }
    guard options.follow else {
      share.load { $0.load(queues: queues) }
      return try round(others, redo: false)
    }
    var watch = try QueueWatch(queues)
    while !share.isOver {
      share.load { $0.load(queues: queues) }
      try round(others, redo: false)
      let end = ContinuousClock.now + relist
      while try !share.isOverForWaiting(), ContinuousClock.now < end, try !watch.wait(atMost: StopRequest.interval) {}
    }
  }

  /// All workers, until there is nothing left to begin.
  private mutating func round(_ others: [@Sendable () throws -> Processor], redo: Bool) throws {
    let share = share
    share.workers.store(others.count + 1, ordering: .relaxed)
    let crew = Crew(
      others: others.map { makeProcessor in
        { crew in
          do {
            // Nobody connects to a database for whom there is no work.
            guard let first = try share.next() else { return }
            crew.took()
            var loop = StageLoop(try makeProcessor(), share: share)
            try loop.workOff(from: first, redo: redo, crew)
          } catch {
            share.fail(error)
          }
        }
      }
    )
    do {
      if let first = try share.next() {
        crew.took()
        try workOff(from: first, redo: redo, crew)
      }
    } catch {
      share.fail(error)
    }
    crew.join()
    try share.check()
  }

  private mutating func workOff(from first: WorkInHand.Piece, redo: Bool, _ crew: Crew) throws {
    var next: WorkInHand.Piece? = first
    while let piece = next {
      let fate =
        switch piece.item {
        case .named(let path): try work(on: path, redo: redo, piece)
        case .ready(let name, let queue): try claim(name, in: queue, piece)
        }
      if fate != .putBack { share.finish(piece) }
      share.rest()
      crew.did()
      next = try share.next()
      if next != nil { crew.took() }
    }
  }
}
