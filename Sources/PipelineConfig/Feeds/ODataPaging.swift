/// OData 4: `Prefer: odata.maxpagesize`, then what the pages themselves say.
public struct ODataPaging: Equatable, Sendable {
  public var pageSize: Int
  public var walk = Walk.nextLink

  /// How the walk goes from one page to the next; the raw value is the spelling in the file.
  public enum Walk: String, CaseIterable, Sendable {
    /// By the vendor's links, as OData has it. Where the vendor refuses to go further, behind a number of records or when its
    /// links have expired, the walk goes on from the last record as ``keyset`` does.
    case nextLink = "next_link"
    /// By the last record's cursor and key, for vendors without links and for any number of records.
    case keyset
  }

  public init(pageSize: Int, walk: Walk = .nextLink) {
    self.pageSize = pageSize
    self.walk = walk
  }
}

extension ODataPaging {
  static func read(_ object: ConfigObject, pageSize: Int?) -> ODataPaging? {
    let walk = object["walk"].flatMap { $0.choice(of: Walk.self) } ?? .nextLink
    return pageSize.map { ODataPaging(pageSize: $0, walk: walk) }
  }
}
