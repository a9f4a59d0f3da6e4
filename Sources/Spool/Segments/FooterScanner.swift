internal import JSONText
public import SystemPackage

/// What a footer counts.
public struct SegmentCounts: Equatable, Sendable {
  public var records: Int
  public var bytes: Int
}

/// Reads the counts out of one footer after another, for listings of very many segments: the footer's checksum is checked,
/// and nothing else of it is read.
public struct FooterScanner: ~Copyable {
  private var parser = JSONParser()
  private let records = JSONName("records")
  private let bytes = JSONName("bytes")

  public init() {}

  /// What the segment says of itself; nil for a draft, and for a file that is damaged.
  public mutating func counts(of path: FilePath) -> SegmentCounts? {
    guard let file = try? OpenFile(path), let frame = try? FooterFrame.read(from: file) else { return nil }
    guard (try? parser.parse(frame.json.span)) != nil, parser.kind(parser.root) == .object else { return nil }
    guard let records = number(records), let bytes = number(bytes) else { return nil }
    return SegmentCounts(records: records, bytes: bytes)
  }

  private func number(_ name: JSONName) -> Int? {
    parser.member(parser.root, name).flatMap { Int(parser.rawString($0)) }
  }
}
