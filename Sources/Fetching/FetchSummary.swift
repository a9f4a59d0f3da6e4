public import Spool

/// What a run did.
public struct FetchSummary: Equatable, Sendable {
  public var run: RunID
  public var mode: RunMode
  /// The vendor's answer was read to its end.
  public var complete: Bool
  /// The watermark that merge will set; nil leaves the one there is.
  public var watermark: String?
  public var pages: Int
  public var records: Int
  /// Of all records, as lines, before compression.
  public var bytes: Int
  /// Data segments; the end is none.
  public var segments: Int
  /// Requests sent, the repeated ones included.
  public var requests: Int
  public var retries: Int
  /// Records in all, as the vendor announced them.
  public var expected: Int?
}
