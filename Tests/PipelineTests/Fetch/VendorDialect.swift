/// A way in which the practise vendor hands out pages, and how a feed is told of it.
enum VendorDialect: String, Sendable {
  case odata
  /// OData, asked for each page by the last record's cursor and key.
  case keyset
  /// As that, and a full run in parts, several at once.
  case windows
  case page
  case offset
  case cursor
  case nextURL
  case nextHeader
  case link
  case hasMore

  /// What follows the vendor's address; the set's name comes behind it.
  var base: String {
    switch self {
    case .odata, .keyset, .windows: "/odata"
    case .page: "/rest"
    case .offset: "/offset"
    case .cursor: "/cursor"
    case .nextURL: "/next"
    case .nextHeader: "/next-header"
    case .link: "/link"
    case .hasMore: "/has-more"
    }
  }

  /// `pagination` of a feed.
  func pagination(pageSize: Int) -> String {
    let size = #""page_size": \#(pageSize)"#
    return switch self {
    case .odata: #"{ "kind": "odata", \#(size) }"#
    case .keyset: #"{ "kind": "odata", \#(size), "walk": "keyset" }"#
    case .windows: #"{ "kind": "odata", \#(size), "windows": { "from": "2020-01-01", "count": 4 } }"#
    case .page: #"{ "kind": "page_number", \#(size), "total": "/total" }"#
    case .offset: #"{ "kind": "offset", \#(size), "total": "/total" }"#
    case .cursor: #"{ "kind": "cursor", \#(size), "total": "/total" }"#
    case .nextURL: #"{ "kind": "next_url", \#(size), "size_parameter": "page_size", "total": "/total" }"#
    case .nextHeader:
      #"{ "kind": "link", "header": "X-Next", \#(size), "size_parameter": "page_size", "total": "/total" }"#
    case .link: #"{ "kind": "link", \#(size), "size_parameter": "page_size", "records": "" }"#
    case .hasMore: #"{ "kind": "last_id", \#(size), "more": "/has_more" }"#
    }
  }

  /// `cursor` of a feed.
  var cursor: String {
    switch self {
    case .odata, .keyset, .windows: #""updated_at""#
    default: #"{ "field": "updated_at", "since_parameter": "updated_since" }"#
    }
  }

  var isOData: Bool { self == .odata || self == .keyset || self == .windows }

  /// One for each way of getting from page to page.
  static let allCases: [VendorDialect] = [
    .odata, .keyset, .page, .offset, .cursor, .nextURL, .nextHeader, .link, .hasMore,
  ]
  static let rest = allCases.filter { !$0.isOData }
  /// Those whose pages lead to the next by an address or a token of the vendor's.
  static let linked: [VendorDialect] = [.odata, .cursor, .nextURL, .nextHeader, .link]
}
