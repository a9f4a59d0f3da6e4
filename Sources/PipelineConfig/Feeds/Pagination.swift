public import JSONText

/// How a vendor hands out its records a page at a time.
public enum Pagination: Equatable, Sendable {
  /// OData 4: `Prefer: odata.maxpagesize`, then whatever `@odata.nextLink` says.
  case odata(pageSize: Int)
  /// `?page=2&page_size=100`
  case pageNumber(PageNumberPaging)

  /// The spelling in the file.
  enum Kind: String, CaseIterable {
    case odata
    case pageNumber = "page_number"
  }

  /// Largest page that is ever asked for; a bigger one is a slip.
  public static let pageSizeMax = 100_000

  public var pageSize: Int {
    switch self {
    case .odata(let size): size
    case .pageNumber(let paging): paging.pageSize
    }
  }
}

/// The names and places that page-numbered REST vendors choose for themselves.
public struct PageNumberPaging: Equatable, Sendable {
  public var pageParameter = "page"
  public var sizeParameter = "page_size"
  public var pageSize: Int
  public var firstPage = 1
  /// Where in the answer the array of records is.
  public var records: JSONPointer
  /// Where in the answer the number of all records is; nil when the vendor does not say.
  public var total: JSONPointer?
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
      return size.map { .odata(pageSize: $0) }
    case .pageNumber:
      var paging = PageNumberPaging(pageSize: size ?? 1, records: JSONPointer(member: "data"))
      if let given = object["page_parameter"]?.nonEmptyText() { paging.pageParameter = given.value }
      if let given = object["size_parameter"]?.nonEmptyText() { paging.sizeParameter = given.value }
      if let given = object["first_page"]?.integer(in: 0...1, "as the first page's number") { paging.firstPage = given }
      if let given = object["records"]?.pointer() { paging.records = given }
      if let given = object["total"] { paging.total = given.pointer() }
      if paging.pageParameter == paging.sizeParameter {
        (object["size_parameter"] ?? object["page_parameter"])?.problem("the page and its size have the same parameter")
      }
      return size == nil ? nil : .pageNumber(paging)
    }
  }
}
