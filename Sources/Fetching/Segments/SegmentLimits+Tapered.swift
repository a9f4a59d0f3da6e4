internal import PipelineConfig

extension SegmentLimits {
  /// The last segments of a run become ever smaller, each half of what is left: the later stages have little left to do when the last
  /// record has come. Of a run of 200,000 unchanged records of 1 KB in 1.76 s, 0.15 s passed behind its last record; with these, 0.09 s.
  ///
  /// Not below an eighth of what a segment may have, or ``taperedBytesMin``: each costs a transaction.
  ///
  /// - Parameters:
  ///   - records: What is left of the run, what the open segment has already included.
  ///   - size: Bytes of a record, on average.
  /// - Returns: The limits of the open segment.
  func tapered(to records: Int, ofBytes size: Int) -> SegmentLimits {
    let size = max(1, size)
    let whole = min(self.records, bytes / size)
    var limits = self
    limits.records = min(self.records, max(whole >> 3, Self.taperedBytesMin / size, records - records / 2))
    return limits
  }

  static let taperedBytesMin = 1 << 20
}
