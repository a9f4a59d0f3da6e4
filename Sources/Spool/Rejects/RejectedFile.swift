public import SystemPackage

/// A file of records that a stage put aside: `<feed>/rejected/<segment>.<stage>.ndjson.lz4`.
public struct RejectedFile: Hashable, Sendable {
  public var feed: String
  /// The segment that the records came in.
  public var segment: SegmentName
  /// The stage that refused them.
  public var stage: StageName
  public var path: FilePath

  static func fileName(segment: SegmentName, stage: StageName) -> String {
    "\(segment).\(stage.rawValue)\(SegmentName.fileSuffix)"
  }

  /// What the file with this footer is called; nil when the footer is a segment's.
  static func fileName(for footer: SegmentFooter) -> String? {
    guard footer.kind == .rejected, let stage = StageName.allCases.first(where: { $0.input == footer.stage }) else {
      return nil
    }
    return fileName(segment: footer.name, stage: stage)
  }

  /// Nil when a file of this name holds no rejected records.
  init?(fileName: String, feed: String, directory: FilePath) {
    guard fileName.hasSuffix(SegmentName.fileSuffix) else { return nil }
    let parts = fileName.dropLast(SegmentName.fileSuffix.count).split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let segment = SegmentName(String(parts[0])),
      let stage = StageName(rawValue: String(parts[1]))
    else { return nil }
    self.feed = feed
    self.segment = segment
    self.stage = stage
    path = directory.appending(fileName)
  }
}
