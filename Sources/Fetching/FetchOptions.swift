/// What a person may ask of one run.
public struct FetchOptions: Equatable, Sendable {
  /// Everything, whatever the watermark says.
  public var full: Bool
  /// Records newer than this version, in place of the watermark.
  public var since: String?
  /// Most records; the run then counts as not complete.
  public var limit: Int?

  /// Goes on where a run stopped that did not come to its end.
  public var resume: Bool

  /// The children of these parents only, whatever their versions.
  public var parentKeys: ParentKeySource?

  public init(
    full: Bool = false,
    since: String? = nil,
    limit: Int? = nil,
    resume: Bool = true,
    parentKeys: ParentKeySource? = nil
  ) {
    self.parentKeys = parentKeys
    self.resume = resume
    self.full = full
    self.since = since
    self.limit = limit
  }
}
