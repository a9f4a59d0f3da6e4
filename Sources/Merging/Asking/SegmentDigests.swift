internal import Crypto
internal import FoundationEssentials
internal import JSONText
internal import PipelineConfig

/// Digests of a segment's rows, some hundred at a time: of their keys, hashes and versions as the target has them when nothing has
/// changed. The target's own are made by ``Comparison``.
///
/// Of each row, `⇥key⇥hash⇥version`, the version without the name of the segment at its end: that of an unchanged row is of another run.
/// None of the three has a tab in it, and each row of the target has three tabs at least, so as many rows with as many tabs say the
/// same. SHA-256, since the server's MD5 is not there where FIPS 140 holds; here it was also a fifth faster.
struct SegmentDigests {
  /// Rows that follow each other.
  struct Part: Equatable {
    var keys: ClosedRange<Int64>
    var rows: Int
    /// 64 hexadecimal digits.
    var digest: String
  }

  var parts: [Part]
  /// The least key and the greatest.
  var range: ClosedRange<Int64>
  /// All keys, when they have few gaps.
  var spans: KeySpans?

  /// Fewer rows make more digests to be sent and compared, more rows have to be asked about one by one for one that has changed:
  /// with 0.1 % of them anywhere, a quarter is.
  static let rowsInPart = 256
}

/// Makes a segment's digests of its lines.
struct SegmentDigester: ~Copyable {
  private var parts: [SegmentDigests.Part] = []
  private var ends: LineEnds
  private var bytes = OutputBytes(capacity: 32 << 10)
  private var rows = 0
  private var first: Int64 = 0

  /// Nil where the keys are not one whole number each, or do not stand first.
  init?(for feed: Feed) {
    guard let ends = LineEnds(for: feed), ends.isNumber else { return nil }
    self.ends = ends
  }

  /// Takes the next line in.
  ///
  /// - Returns: False when its key does not follow the one before, or it is written in another way than most: a deletion, say.
  mutating func take(_ line: Span<UInt8>) -> Bool {
    guard ends.append(line, to: &bytes), ends.isAscending, let key = ends.range?.upperBound else { return false }
    let start = bytes.count - MergeStatement.nameByteCount - 1
    guard start > 0, bytes.withBytes({ $0[start] == UInt8(ascii: " ") }) else { return false }
    bytes.truncate(to: start)
    if rows == 0 { first = key }
    rows += 1
    if rows == SegmentDigests.rowsInPart { close(at: key) }
    return true
  }

  /// - Returns: The digests of all lines; nil when there were none.
  mutating func finish() -> SegmentDigests? {
    guard ends.isAscending, let range = ends.range else { return nil }
    if rows > 0 { close(at: range.upperBound) }
    return SegmentDigests(parts: parts, range: range, spans: ends.spans)
  }

  private mutating func close(at last: Int64) {
    let digest = bytes.withBytes { bytes in unsafe bytes.withUnsafeBytes { unsafe SHA256.hash(data: $0) } }
    parts.append(SegmentDigests.Part(keys: first...last, rows: rows, digest: Self.hexadecimal(digest)))
    bytes.removeAll()
    rows = 0
  }

  private static func hexadecimal(_ digest: SHA256Digest) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
