public import SystemPackage
public import Telemetry

/// What hash, stage and merge do with one segment; the rest of a stage program is the same for all.
public protocol SegmentProcessor: ~Copyable, SendableMetatype {
  /// The queue that it works off.
  static var input: QueueName { get }

  /// Does the work. What it makes is published before it returns; the input stays where it is.
  ///
  /// - Throws: ``SpoolError/damaged(_:why:)`` when the input is no whole segment; the caller holds it then.
  mutating func process(_ input: InputSegment) throws -> ProcessedSegment

  /// The feeds of which everything that came before a segment is to be done before it, whichever worker has it.
  ///
  /// - Throws: ``SpoolError`` when the input cannot be read.
  func comesAfter(_ input: InputSegment) throws -> Set<String>
}

extension SegmentProcessor where Self: ~Copyable {
  /// None: of most stages every segment stands for itself.
  public func comesAfter(_ input: InputSegment) throws -> Set<String> { [] }
}

/// One segment to work on.
public struct InputSegment: Equatable, Sendable {
  public var feed: String
  public var queue: QueueName
  public var state: SegmentState
  public var name: SegmentName
  public var path: FilePath
  /// It was worked off before, and is not claimed now.
  public var isRedo: Bool

  public init(
    feed: String,
    queue: QueueName,
    state: SegmentState,
    name: SegmentName,
    path: FilePath,
    isRedo: Bool
  ) {
    self.feed = feed
    self.queue = queue
    self.state = state
    self.name = name
    self.path = path
    self.isRedo = isRedo
  }
}

/// What became of one segment.
public struct ProcessedSegment: Equatable, Sendable {
  /// What to print for the next program: the path of the segment that was published, and of those that it let through.
  public var printed: [FilePath]
  /// By the names that events and summaries use.
  public var counts: [String: Int]
  /// The footer of the input or, where one was made, of the output.
  public var footer: SegmentFooter
  /// False when the input must stay ready: it is a run's end, and something of the run is still to come.
  public var settled: Bool
  /// What a person should hear of; nothing is lost.
  public var remarks: [SegmentRemark] = []
  /// What went wrong although the segment was done.
  public var problem: SegmentProblem?

  public init(printed: FilePath?, counts: [String: Int], footer: SegmentFooter, settled: Bool = true) {
    self.init(printed: printed.map { [$0] } ?? [], counts: counts, footer: footer, settled: settled)
  }

  public init(printed: [FilePath], counts: [String: Int], footer: SegmentFooter, settled: Bool = true) {
    self.printed = printed
    self.counts = counts
    self.footer = footer
    self.settled = settled
  }
}

/// Something that a stage has noticed, for the log.
public struct SegmentRemark: Equatable, Sendable {
  /// The same for all of its kind.
  public var message: String
  /// What it is about; no values of records.
  public var details: [String: String]

  public init(_ message: String, _ details: [String: String]) {
    self.message = message
    self.details = details
  }
}

/// What a stage reports of a segment as an error, and goes on.
public struct SegmentProblem: OperatorError, Equatable {
  public var message: String
  public var hint: String?
  public var exitStatus: ExitStatus

  public init(message: String, hint: String?, exitStatus: ExitStatus) {
    self.message = message
    self.hint = hint
    self.exitStatus = exitStatus
  }
}
