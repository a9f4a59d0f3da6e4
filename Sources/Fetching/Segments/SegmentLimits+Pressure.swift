internal import PipelineConfig

extension SegmentLimits {
  /// Halved so many times: a segment is what each later stage has in hand at once.
  ///
  /// Not below what the pipeline could say at least, or below ``easedRecordsMin``: each segment costs a transaction.
  func eased(by level: Int) -> SegmentLimits {
    guard level > 0 else { return self }
    var limits = self
    limits.records = max(min(records, Self.easedRecordsMin), records >> level)
    limits.bytes = max(min(bytes, Self.easedBytesMin), bytes >> level)
    return limits
  }

  static let easedRecordsMin = 100
  static let easedBytesMin = 64 << 10
}
