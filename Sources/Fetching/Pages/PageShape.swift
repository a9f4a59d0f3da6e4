internal import JSONText
internal import PipelineConfig

/// Where in a page of a feed everything is.
struct PageShape: Sendable {
  let records: JSONPointer
  let total: [JSONPointer]
  /// Links and tokens of the next page in the body.
  let nextLink: [JSONPointer]
  /// The header that holds the next page's link.
  let nextHeader: String?
  let more: JSONPointer?
  /// What a record's place in the order of pages is made of; empty when nobody needs it.
  let order: [JSONPointer]
  /// The record's field that holds its version.
  let cursor: JSONName?

  init(_ feed: Feed) {
    var isToken = false
    var (header, more, order) = (String?.none, JSONPointer?.none, [JSONPointer]())
    switch feed.pagination {
    case .odata:
      records = JSONPointer(member: "value")
      // OData 4.0 writes the prefix, 4.01 may leave it out.
      total = [JSONPointer(member: "@odata.count"), JSONPointer(member: "@count")]
      nextLink = [JSONPointer(member: "@odata.nextLink"), JSONPointer(member: "@nextLink")]
      order = feed.orderFields.map { JSONPointer(member: $0) }
    case .pageNumber(let paging):
      records = paging.records
      total = paging.total.map { [$0] } ?? []
      nextLink = []
    case .rest(let paging):
      records = paging.records
      total = paging.total.map { [$0] } ?? []
      more = paging.more
      switch paging.position {
      case .cursor(_, let token): (nextLink, isToken) = ([token], true)
      case .nextURL(let link): nextLink = [link]
      case .header(let name): (nextLink, header) = ([], name)
      case .lastID(_, let id): (nextLink, order) = ([], [id])
      case .offset: nextLink = []
      }
    }
    nextHeader = header
    self.isToken = isToken
    self.more = more
    self.order = order
    cursor = feed.cursor.map { JSONName($0.field) }
  }

  /// The pages of a list inside a record: its elements have neither version nor place.
  init(listsOf feed: Feed) {
    var plain = feed
    (plain.cursor, plain.key) = (nil, [])
    self.init(plain)
  }

  /// What leads to the next page is a token and no link.
  let isToken: Bool

  /// Containers above this depth are looked into when a page is taken apart: down to the fields of records, and to
  /// those that pages are ordered by.
  var recordDepth: Int { records.tokens.count + 1 + orderDepth }

  /// Containers inside a record that lead to what pages are ordered by: 0 when these are fields of the record.
  var orderDepth: Int { max(1, order.map(\.tokens.count).max() ?? 1) - 1 }
}
