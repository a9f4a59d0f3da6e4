internal import Telemetry

/// A segment's name, which it keeps through all queues: the run, and its place in the run.
///
/// Names sort in the order of writing.
public struct SegmentName: Hashable, Sendable, CustomStringConvertible {
  /// The largest place in a run. With 20,000 records a segment that is twenty thousand million records.
  public static let sequenceMax = 999_999

  /// What follows the name in a file's name.
  static let fileSuffix = ".ndjson.lz4"

  private static let sequenceDigits = 6

  public let run: RunID
  public let sequence: Int

  /// The place in the run is one of 0…``sequenceMax``.
  public init(run: RunID, sequence: Int) {
    precondition((0...Self.sequenceMax).contains(sequence), "a run has at most a million segments")
    self.run = run
    self.sequence = sequence
  }

  /// Nil when a file of this name is not a segment.
  public init?(fileName: String) {
    guard fileName.hasSuffix(Self.fileSuffix) else { return nil }
    // By bytes: a listing does this for every name, and characters take their time.
    self.init(String(Substring(fileName.utf8.dropLast(Self.fileSuffix.utf8.count))))
  }

  /// Nil when the text is not a segment's name: `20261120T234408Z-7k2q-000042`.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    let digits = bytes.suffix(Self.sequenceDigits)
    guard bytes.count == RunID.byteCount + 1 + Self.sequenceDigits, bytes[RunID.byteCount] == UInt8(ascii: "-"),
      digits.allSatisfy(\.isDigit), let run = RunID(String(Substring(text.utf8.prefix(RunID.byteCount))))
    else { return nil }
    self.run = run
    sequence = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  /// `20261120T234408Z-7k2q-000042`
  public var description: String { "\(run)-\(sequence.padded(Self.sequenceDigits))" }

  /// `20261120T234408Z-7k2q-000042.ndjson.lz4`
  public var fileName: String { description + Self.fileSuffix }
}

extension SegmentName: Comparable {
  public static func < (left: Self, right: Self) -> Bool { (left.run, left.sequence) < (right.run, right.sequence) }
}
