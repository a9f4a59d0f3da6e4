public import JSONText

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

  public init(pageSize: Int, records: JSONPointer) {
    self.pageSize = pageSize
    self.records = records
  }
}

extension PageNumberPaging {
  static func read(_ object: ConfigObject, pageSize: Int?) -> PageNumberPaging? {
    var paging = PageNumberPaging(pageSize: pageSize ?? 1, records: JSONPointer(member: "data"))
    if let given = object["page_parameter"]?.nonEmptyText() { paging.pageParameter = given.value }
    if let given = object["size_parameter"]?.nonEmptyText() { paging.sizeParameter = given.value }
    if let given = object["first_page"]?.integer(in: 0...1, "as the first page's number") { paging.firstPage = given }
    if let given = object["records"]?.pointer() { paging.records = given }
    if let given = object["total"] { paging.total = given.pointer() }
    if paging.pageParameter == paging.sizeParameter {
      (object["size_parameter"] ?? object["page_parameter"])?.problem("the page and its size have the same parameter")
    }
    return pageSize == nil ? nil : paging
  }
}
