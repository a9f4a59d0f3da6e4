/// What a run asked the vendor for.
public enum RunMode: String, Codable, Sendable {
  /// Everything the feed's filter lets through.
  case full
  /// What moved since the watermark.
  case incremental
}

/// What a run's end segment says; merge acts on it when all of the run's segments are merged.
public struct EndOfRun: Codable, Equatable, Sendable {
  /// The vendor's answer was read to its end.
  public var complete: Bool
  /// Data segments of the run, rejected and empty ones included.
  public var segments: Int
  /// Records fetched in the whole run.
  public var records: Int
  /// The watermark to set: the highest version that the run saw; nil leaves the one there is.
  public var watermark: String?
  /// The watermark that an incremental run began from.
  public var since: String?
  /// How many records the vendor announced, when it did.
  public var expected: Int?

  public init(
    complete: Bool,
    segments: Int,
    records: Int,
    watermark: String? = nil,
    since: String? = nil,
    expected: Int? = nil
  ) {
    self.complete = complete
    self.segments = segments
    self.records = records
    self.watermark = watermark
    self.since = since
    self.expected = expected
  }
}

/// Where in the vendor's answer a segment's records were.
public struct SegmentSource: Codable, Equatable, Sendable {
  /// Pages of the run, from 1.
  public var firstPage: Int
  public var lastPage: Int
  /// The request for the first page, without anything secret.
  public var firstURL: String?

  public init(firstPage: Int, lastPage: Int, firstURL: String? = nil) {
    self.firstPage = firstPage
    self.lastPage = lastPage
    self.firstURL = firstURL
  }

  enum CodingKeys: String, CodingKey {
    case firstPage = "first_page"
    case lastPage = "last_page"
    case firstURL = "first_url"
  }
}
