/// OData 4: `Prefer: odata.maxpagesize`, then what the pages themselves say.
public struct ODataPaging: Equatable, Sendable {
  public var pageSize: Int
  public var walk = Walk.nextLink
  /// Cuts a full run into parts; nil reads it from its beginning to its end.
  public var windows: BackfillWindows?

  /// How the walk goes from one page to the next; the raw value is the spelling in the file.
  public enum Walk: String, CaseIterable, Sendable {
    /// By the vendor's links, as OData has it. Where the vendor refuses to go further, behind a number of records or when its
    /// links have expired, the walk goes on from the last record as ``keyset`` does.
    case nextLink = "next_link"
    /// By the last record's cursor and key, for vendors without links and for any number of records.
    case keyset
  }

  public init(pageSize: Int, walk: Walk = .nextLink, windows: BackfillWindows? = nil) {
    self.pageSize = pageSize
    self.walk = walk
    self.windows = windows
  }
}

extension ODataPaging {
  static func read(_ object: ConfigObject, pageSize: Int?) -> ODataPaging? {
    let walk = object["walk"].map { $0.choice(of: Walk.self) }
    let windows = object["windows"].flatMap { BackfillWindows.read($0) }
    // A vendor's links lead through the whole of an answer, and each window is one of its own.
    if walk == .some(.nextLink) {
      object["windows"]?.problem("is for \"walk\": \"keyset\", which the feed does not have")
    }
    let usual: Walk = windows == nil ? .nextLink : .keyset
    return pageSize.map { ODataPaging(pageSize: $0, walk: (walk ?? usual) ?? usual, windows: windows) }
  }
}
