internal import SystemPackage

extension Spool {
  static let rejectedName = "rejected"

  /// The files of rejected records of a feed, by segment and stage.
  ///
  /// - Throws: ``SpoolError``.
  public func rejected(feed: String) throws(SpoolError) -> [RejectedFile] {
    let directory = try directory(of: feed, Self.rejectedName)
    return try Directory.names(directory)
      .compactMap { RejectedFile(fileName: $0, feed: feed, directory: directory) }
      .sorted { ($0.segment, $0.stage.rawValue) < ($1.segment, $1.stage.rawValue) }
  }

  /// A writer for what a stage refuses of one segment. The stage is one that has a queue to read from; fetch has none.
  ///
  /// - Throws: ``SpoolError``.
  public func rejectWriter(
    feed: String,
    segment: SegmentName,
    stage: StageName,
    compressionLevel: Int = -1
  ) throws(SpoolError) -> RejectWriter {
    precondition(stage.input != nil, "fetch takes what the vendor sends")
    let directory = try directory(of: feed, Self.rejectedName)
    return RejectWriter(segment: segment, stage: stage, directory: directory, compressionLevel: compressionLevel)
  }
}
