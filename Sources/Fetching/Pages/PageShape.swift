internal import JSONText
internal import PipelineConfig

/// Where in a page of a feed everything is.
struct PageShape: Sendable {
  let records: JSONPointer
  let total: [JSONPointer]
  let nextLink: [JSONPointer]
  /// The record's field that holds its version.
  let cursor: JSONName?

  init(_ feed: Feed) {
    switch feed.pagination {
    case .odata:
      records = JSONPointer(member: "value")
      // OData 4.0 writes the prefix, 4.01 may leave it out.
      total = [JSONPointer(member: "@odata.count"), JSONPointer(member: "@count")]
      nextLink = [JSONPointer(member: "@odata.nextLink"), JSONPointer(member: "@nextLink")]
    case .pageNumber(let paging):
      records = paging.records
      total = paging.total.map { [$0] } ?? []
      nextLink = []
    }
    cursor = feed.cursor.map { JSONName($0.field) }
  }

  /// Containers above this depth are looked into when a page is taken apart: down to the records themselves.
  var recordDepth: Int { records.tokens.count + 1 }
}
