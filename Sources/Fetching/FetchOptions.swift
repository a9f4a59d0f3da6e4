/// What a person may ask of one run.
public struct FetchOptions: Equatable, Sendable {
  /// Everything, whatever the watermark says.
  public var full: Bool
  /// Records newer than this version, in place of the watermark.
  public var since: String?
  /// Most records; the run then counts as not complete.
  public var limit: Int?

  public init(full: Bool = false, since: String? = nil, limit: Int? = nil) {
    self.full = full
    self.since = since
    self.limit = limit
  }
}
