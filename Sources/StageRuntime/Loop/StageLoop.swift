internal import PipelineConfig
public import Spool
internal import SystemPackage
public import Telemetry

/// The part of hash, stage and merge that is the same for all: which segments, in what order, and what becomes of each.
public struct StageLoop<Processor: SegmentProcessor & ~Copyable>: ~Copyable {
  let context: StageContext
  let stop: StopRequest
  let print: (String) throws(StreamError) -> Void
  var processor: Processor
  var tally = StageTally()
  private var lines: LineInput

  /// - Parameters:
  ///   - processor: Does the work of one segment.
  ///   - context: The pipeline, the spool and the voice.
  ///   - stop: Looked at between two segments.
  public init(_ processor: consuming Processor, context: StageContext, stop: StopRequest) {
    self.init(processor, context: context, stop: stop, lines: LineInput()) { (line: String) throws(StreamError) in
      try StandardStream.output.writeLine(line)
    }
  }

  init(
    _ processor: consuming Processor,
    context: StageContext,
    stop: StopRequest,
    lines: LineInput,
    print: @escaping (String) throws(StreamError) -> Void
  ) {
    self.processor = processor
    self.context = context
    self.stop = stop
    self.lines = lines
    self.print = print
  }

  /// Does everything that the options ask for.
  ///
  /// - Returns: The most serious of what happened to single segments.
  /// - Throws: What ends the program: no room, no database, a stream that is gone, ``Stopped``.
  public mutating func run(_ options: InputOptions) throws -> ExitStatus {
    context.reporter.started(feed: options.feed, message: "started")
    if options.inputs.isEmpty { try drain(options) } else { try work(on: options.inputs, redo: options.redo) }
    context.reporter.finished(feed: tally.feed, run: tally.run, counts: tally.counts, message: "done")
    // Being ended is how a stage that follows its queue ends.
    if stop.isAsked && !options.follow { throw Stopped() }
    return tally.worst
  }
}

extension StageLoop where Processor: ~Copyable {
  private mutating func work(on inputs: [String], redo: Bool) throws {
    for input in inputs where !stop.isAsked {
      guard input == "-" else {
        try work(on: input, redo: redo)
        continue
      }
      while let line = try lines.next(stop: stop) {
        if !line.isEmpty { try work(on: line, redo: redo) }
      }
    }
  }

  /// What is ready, feed by feed, parents first; with --follow again and again.
  private mutating func drain(_ options: InputOptions) throws {
    let feeds = try options.feed.map { [try context.pipeline.feed(named: $0)] } ?? context.pipeline.feedsInOrder
    let queues = try feeds.map { try context.spool.queue(Processor.input, feed: $0.name) }
    guard options.follow else { return try drain(queues) }
    var watch = try QueueWatch(queues)
    while !stop.isAsked {
      try drain(queues)
      while !stop.isAsked, try !watch.wait(atMost: StopRequest.interval) {}
    }
  }

  private mutating func drain(_ queues: [SpoolQueue]) throws {
    for queue in queues {
      // What is left in ready, or is another worker's, is not tried again in this round.
      var tried: Set<SegmentName> = []
      while !stop.isAsked {
        let names = try queue.segments(in: .ready).filter { tried.insert($0).inserted }
        if names.isEmpty { break }
        for name in names where !stop.isAsked { _ = try claim(name, in: queue) }
      }
    }
  }
}
