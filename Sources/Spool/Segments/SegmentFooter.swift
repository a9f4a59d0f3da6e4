/// What a segment says of itself, at its end.
///
/// Everything that merge needs to balance a run travels in it. The same values give the same bytes.
public struct SegmentFooter: Codable, Equatable, Sendable {
  /// What a segment is for.
  public enum Kind: String, Codable, Sendable {
    /// Records.
    case data
    /// No records: a run's end, with ``SegmentFooter/end``.
    case end
    /// Records that a stage put aside, each with the reason; never in a queue.
    case rejected
  }

  /// The version of this form. A program that knows only an older one refuses the segment.
  public private(set) var format = Self.currentFormat
  public var feed: String
  public var run: RunID
  public var sequence: Int
  /// The queue that the segment belongs to; of rejected records, the queue that they were in.
  public var stage: QueueName
  public var kind: Kind
  public var mode: RunMode
  /// Lines in this file.
  public var records: Int
  /// Bytes of all lines, newlines included, before compression.
  public var bytes: Int
  /// Records of the fetched segment that this one descends from.
  public var fetched: Int
  /// Records left out on the way, all stages together: `hash.rejected`, `hash.repeated`, `stage.rejected`,
  /// `stage.superseded`. In every segment, `fetched` is `records` and all of these.
  public var dropped: [String: Int]
  /// The vendor's text of the lowest version in the fetched segment.
  public var lowestVersion: String?
  public var highestVersion: String?
  public var source: SegmentSource?
  /// When the fetched segment was closed: RFC 3339, UTC. The stages after fetch carry it on.
  public var fetchedAt: String
  /// What made the fetched segment: `weir 0.1.0`.
  public var program: String
  public var end: EndOfRun?
  /// The file of rejected records that this segment sends through again: `20261120T234408Z-7k2q-000042.hash`.
  public var retryOf: String?

  static let currentFormat = 1

  public init(
    feed: String,
    run: RunID,
    sequence: Int,
    stage: QueueName,
    kind: Kind = .data,
    mode: RunMode,
    records: Int = 0,
    bytes: Int = 0,
    fetched: Int = 0,
    dropped: [String: Int] = [:],
    lowestVersion: String? = nil,
    highestVersion: String? = nil,
    source: SegmentSource? = nil,
    fetchedAt: String,
    program: String,
    end: EndOfRun? = nil
  ) {
    self.feed = feed
    self.run = run
    self.sequence = sequence
    self.stage = stage
    self.kind = kind
    self.mode = mode
    self.records = records
    self.bytes = bytes
    self.fetched = fetched
    self.dropped = dropped
    self.lowestVersion = lowestVersion
    self.highestVersion = highestVersion
    self.source = source
    self.fetchedAt = fetchedAt
    self.program = program
    self.end = end
  }

  /// The segment's name.
  public var name: SegmentName { SegmentName(run: run, sequence: sequence) }

  /// Why the values contradict each other, when they do; nil in every footer that a stage writes.
  var contradiction: String? {
    if format != Self.currentFormat {
      return "form \(format) of the footer, and this program knows \(Self.currentFormat)"
    }
    if !(0...SegmentName.sequenceMax).contains(sequence) { return "a place in the run of \(sequence)" }
    if (kind == .end) != (end != nil) { return "the footer is not sure whether this is a run's end" }
    if kind == .end && records != 0 { return "a run's end with records" }
    if records < 0 || bytes < records { return "\(records) records in \(bytes) bytes" }
    return nil
  }

  enum CodingKeys: String, CodingKey {
    case format
    case feed
    case run
    case sequence
    case stage
    case kind
    case mode
    case records
    case bytes
    case fetched
    case dropped
    case lowestVersion = "lowest_version"
    case highestVersion = "highest_version"
    case source
    case fetchedAt = "fetched_at"
    case program
    case end
    case retryOf = "retry_of"
  }
}
