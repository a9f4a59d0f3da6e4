public import Spool

/// What a run did.
public struct FetchSummary: Equatable, Sendable {
  public var run: RunID
  public var mode: RunMode
  /// The vendor's answer was read to its end.
  public var complete: Bool
  /// The run went on where an earlier one had stopped.
  public var resumed: Bool
  /// The watermark that merge will set; nil leaves the one there is.
  public var watermark: String?
  /// `pages`, `records`, `bytes` (of the records as lines, before compression), `segments` (the end is none),
  /// `requests` (the repeated ones included) and `retries`.
  public var counts: [String: Int]
  /// Records in all, as the vendor announced them.
  public var total: Int?
}
