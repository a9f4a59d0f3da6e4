internal import Glibc
internal import Spool
internal import Synchronization
internal import SystemPackage
internal import Telemetry

/// What the workers of one program share: where the next segment comes from, what was done, and the first thing that
/// ends them all.
final class StageShare: Sendable {
  /// Longest time until the queues of a stage that follows them are listed again, whatever the watch says: no event tells of
  /// a claim that ended with its worker, of a run's end that waited, and of what another machine has published.
  static let relistInterval = Duration.seconds(30)

  let context: StageContext
  let stop: StopRequest
  private let printer: Mutex<@Sendable (String) throws(StreamError) -> Void>
  private let checkReader: @Sendable () throws(StreamError) -> Void
  private let source: Mutex<WorkSource>
  private let hand = Mutex(WorkInHand())
  private let tally = Mutex(StageTally())
  private let failure = Mutex<(any Error)?>(nil)
  private let gauge: PressureGauge
  /// Workers of the program.
  let workers = Atomic<Int>(1)
  /// Those that have a piece of work, or wait for the next line.
  private let busy = Mutex(0)
  /// How often a worker that is one too many looks again.
  private static let restInterval = Duration.milliseconds(100)

  init(
    context: StageContext,
    stop: StopRequest,
    lines: LineInput,
    heedsPressure: Bool? = nil,
    checkReader: @escaping @Sendable () throws(StreamError) -> Void,
    print: @escaping @Sendable (String) throws(StreamError) -> Void
  ) {
    self.checkReader = checkReader
    self.context = context
    gauge = PressureGauge(context.spool, isHeeded: heedsPressure)
    self.stop = stop
    printer = Mutex(print)
    source = Mutex(WorkSource(lines: lines))
  }

  /// Nothing more is begun: somebody asked to stop, or a worker met what every other would meet.
  var isOver: Bool { stop.isAsked || failure.withLock { $0 != nil } }

  /// The same for who waits for more. What is made is of no use when nobody reads where it is, so that is asked, too.
  ///
  /// - Throws: ``StreamError`` when nobody reads what is printed.
  func isOverForWaiting() throws(StreamError) -> Bool {
    if isOver { return true }
    try checkReader()
    return false
  }

  /// Names what is to be done next, for all workers.
  func load(_ fill: (inout WorkSource) -> Void) { source.withLock { fill(&$0) } }

  /// Says of which feed the first piece will be, so that its memory counts from the beginning.
  func watch(_ feed: String?) { if let feed { gauge.watch(feed) } }

  /// The next piece of work for whoever asks; nil when there is none, or none is to be begun.
  ///
  /// What was put back and is free now comes first. While one worker waits for a line of standard input the others wait
  /// behind it; whoever finishes what others wait for takes them before it waits.
  ///
  /// Call ``rest()`` when the piece is done or was put back.
  func next() throws -> WorkInHand.Piece? {
    while !enter() {
      if isOver { return nil }
      // What was put back and is free is done by whoever has time: those that work may be waiting for a line.
      if let piece = hand.withLock({ $0.takeFree() }) {
        busy.withLock { $0 += 1 }
        return piece
      }
      usleep(UInt32(Self.restInterval / .microseconds(1)))
    }
    guard let piece = try takeNext() else {
      rest()
      return nil
    }
    if let feed = piece.item.feed { gauge.watch(feed) }
    return piece
  }

  /// A worker has done what it had.
  func rest() { busy.withLock { $0 -= 1 } }

  /// Counts one more worker among those that work, unless memory is short and they are as many as it is good for. One
  /// always does.
  private func enter() -> Bool {
    let level = gauge.level
    return busy.withLock { busy in
      guard level == 0 || busy < max(1, workers.load(ordering: .relaxed) >> level) else { return false }
      busy += 1
      return true
    }
  }

  private func takeNext() throws -> WorkInHand.Piece? {
    guard !isOver else { return nil }
    if let piece = hand.withLock({ $0.takeFree() }) { return piece }
    let piece = try source.withLock { source in
      try isOver ? nil : source.next(until: { try isOverForWaiting() }).map { item in hand.withLock { $0.begin(item) } }
    }
    return isOver ? nil : piece ?? hand.withLock { $0.takeFree() }
  }

  func name(_ piece: WorkInHand.Piece, feed: String) {
    gauge.watch(feed)
    hand.withLock { $0.name(piece, feed: feed) }
  }

  func finish(_ piece: WorkInHand.Piece) { hand.withLock { $0.finish(piece) } }

  func hasEarlier(than piece: WorkInHand.Piece) -> Bool { hand.withLock { $0.hasEarlier(than: piece) } }

  /// - Returns: False when the piece is to be done now.
  func putBack(_ piece: WorkInHand.Piece, after feeds: Set<String>) -> Bool {
    hand.withLock { $0.putBack(piece, after: feeds) }
  }

  func print(_ line: String) throws(StreamError) {
    try printer.withLock { (print) throws(StreamError) in try print(line) }
  }

  func add(_ done: ProcessedSegment, feed: String) {
    let counts = tally.withLock { tally in
      tally.add(done, feed: feed)
      return tally.counts
    }
    context.reporter.progress(feed: feed, run: "\(done.footer.run)", counts: counts)
  }

  func note(_ status: ExitStatus) { tally.withLock { $0.note(status) } }

  func fail(_ error: any Error) { failure.withLock { if $0 == nil { $0 = error } } }

  /// - Throws: What ended a worker first.
  func check() throws {
    if let error = failure.withLock({ $0 }) { throw error }
  }

  var total: StageTally { tally.withLock { $0 } }
}

/// Where work comes from: segments that were named, or what is ready in queues.
struct WorkSource: Sendable {
  enum Item: Sendable {
    /// A segment by its path.
    case named(String)
    /// A segment that was ready when the queue was listed.
    case ready(SegmentName, SpoolQueue)

    /// Nil when only the path tells it.
    var feed: String? {
      switch self {
      case .named: nil
      case .ready(_, let queue): queue.feed
      }
    }
  }

  private var lines: LineInput
  private var inputs: ArraySlice<String> = []
  private var queues: ArraySlice<SpoolQueue> = []
  private var names: ArraySlice<SegmentName> = []
  /// What is left in ready, or is another worker's, is not tried again in this round.
  private var tried: Set<SegmentName> = []

  init(lines: LineInput) { self.lines = lines }

  mutating func load(inputs: [String]) { self.inputs = inputs[...] }

  /// One round through the queues, in this order.
  mutating func load(queues: [SpoolQueue]) {
    self.queues = queues[...]
    names = []
    tried = []
  }

  /// - Parameter isOver: Whether a line of standard input is waited for no longer.
  /// - Returns: Nil when there is nothing left, or a line was waited for no longer.
  /// - Throws: ``SpoolError``, ``InputError``, and what `isOver` throws.
  mutating func next(until isOver: () throws -> Bool) throws -> Item? {
    while let input = inputs.first {
      guard input == "-" else {
        inputs.removeFirst()
        return .named(input)
      }
      guard let line = try lines.next(until: isOver) else {
        inputs.removeFirst()
        continue
      }
      if !line.isEmpty { return .named(line) }
    }
    while let queue = queues.first {
      if let name = names.popFirst() { return .ready(name, queue) }
      names = try queue.segments(in: .ready).filter { tried.insert($0).inserted }[...]
      if names.isEmpty {
        queues.removeFirst()
        tried = []
      }
    }
    return nil
  }
}
