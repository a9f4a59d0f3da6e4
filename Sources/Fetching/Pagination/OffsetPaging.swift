internal import JSONText
internal import PipelineConfig

/// Paging by the number of records before a page: `?offset=200&limit=100`.
///
/// The next page begins where the one before ended, whatever its size: one page at a time, since a vendor that gives
/// fewer records than it was asked for would leave gaps between pages that were asked for ahead. The end is an empty
/// page, or as many records as the vendor's newest total says and a page that is not full.
struct OffsetPaging: Paging {
  private let pages: PlacedPages
  private var offset = 0
  private(set) var isFinished = false

  init(_ pages: PlacedPages) { self.pages = pages }

  var sizeParameter: String? { pages.paging.sizeParameter }
  var endsByRefusal: Bool { true }

  func address(ofPage number: Int, read: Int) -> WebAddress? {
    pages.address(ofPage: number, read: read, at: String(offset))
  }

  mutating func pageRead(_ page: PageFacts, _ sums: PagingSums) {
    offset += page.records
    isFinished = page.records == 0 || sums.areComplete(behind: page, size: pages.paging.pageSize)
  }

  var position: JSONValue { .number(String(offset)) }

  mutating func restore(_ position: JSONValue) -> Bool {
    guard let offset = position.count else { return false }
    self.offset = offset
    return true
  }
}
