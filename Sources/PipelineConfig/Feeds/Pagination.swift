internal import JSONText

/// How a vendor hands out its records a page at a time.
public enum Pagination: Equatable, Sendable {
  case odata(ODataPaging)
  /// `?page=2&page_size=100`
  case pageNumber(PageNumberPaging)
  /// Everything where a page tells, or its records tell, from where the next one goes on.
  case rest(RESTPaging)

  /// The spelling in the file.
  enum Kind: String, CaseIterable {
    case odata
    case pageNumber = "page_number"
    case offset
    case cursor
    case nextURL = "next_url"
    case link
    case lastID = "last_id"
  }

  /// Largest page that is ever asked for; a bigger one is a slip.
  public static let pageSizeMax = 100_000

  /// Records a page, as the vendor is asked for them.
  public internal(set) var pageSize: Int {
    get {
      switch self {
      case .odata(let paging): paging.pageSize
      case .pageNumber(let paging): paging.pageSize
      case .rest(let paging): paging.pageSize
      }
    }
    set {
      switch self {
      case .odata(var paging):
        paging.pageSize = newValue
        self = .odata(paging)
      case .pageNumber(var paging):
        paging.pageSize = newValue
        self = .pageNumber(paging)
      case .rest(var paging):
        paging.pageSize = newValue
        self = .rest(paging)
      }
    }
  }

  /// The parts that a full run is cut into; nil for one walk.
  public var windows: BackfillWindows? { if case .odata(let paging) = self { paging.windows } else { nil } }

  public var isOData: Bool { if case .odata = self { true } else { false } }

  /// Parameters that the fetch sets: given once more under `query`, the vendor would see them twice.
  var ownParameters: [String] {
    switch self {
    // The other words of OData may be chosen: a vendor may want another order, or refuse to count.
    case .odata(let paging): ["$filter", "$skiptoken"] + (paging.walk == .keyset ? ["$orderby", "$top", "$skip"] : [])
    case .pageNumber(let paging): [paging.pageParameter, paging.sizeParameter]
    case .rest(let paging): [paging.position.parameter, paging.sizeParameter].compactMap { $0 }
    }
  }
}

extension Pagination {
  static func read(_ value: ConfigValue) -> Pagination? {
    guard let object = value.object() else { return nil }
    defer { object.reportUnknown() }
    let kind = object.required("kind")?.choice(of: Kind.self)
    let size = object.required("page_size")?.integer(in: 1...pageSizeMax, "records a page")
    guard let kind else { return nil }
    switch kind {
    case .odata:
      return ODataPaging.read(object, pageSize: size).map { .odata($0) }
    case .pageNumber:
      return PageNumberPaging.read(object, pageSize: size).map { .pageNumber($0) }
    case .offset, .cursor, .nextURL, .link, .lastID:
      return RESTPaging.read(object, kind, pageSize: size).map { .rest($0) }
    }
  }
}
