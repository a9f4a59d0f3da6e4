internal import JSONText
internal import PipelineConfig

/// Paging by number: `?page=2&page_size=100`.
///
/// The end is an empty page, or as many records as the vendor's newest total says and a page that is not full: totals
/// lie in both directions. A page that is merely short is no end while the total says more. Until the total is known,
/// and beyond the pages that it speaks of, one page is asked for at a time; between, as many as the caller likes.
struct NumberPaging: Paging {
  private let query: FeedQuery
  private let paging: PageNumberPaging
  /// The last page that is known to be there.
  private var knownLast = 1
  private(set) var isFinished = false

  init(_ query: FeedQuery, _ paging: PageNumberPaging) {
    self.query = query
    self.paging = paging
  }

  var endsByRefusal: Bool { true }

  func address(ofPage number: Int, read: Int) -> WebAddress? {
    guard number <= knownLast || number == read + 1 else { return nil }
    return query.page(paging.firstPage + number - 1, of: paging)
  }

  mutating func pageRead(_ page: PageFacts, _ sums: PagingSums) {
    guard page.records > 0 else {
      isFinished = true
      return
    }
    guard let expected = sums.expected else { return }
    isFinished = sums.areComplete(behind: page, size: paging.pageSize)
    // Vendors give smaller pages than they are asked for; what came so far tells how many more there are.
    let size = max(1, sums.records / sums.pages)
    knownLast = max(knownLast, sums.pages + (max(0, expected - sums.records) + size - 1) / size)
  }

  /// The page's number is all there is, and the paginator has it.
  var position: JSONValue { .bool(true) }

  mutating func restore(_ position: JSONValue) -> Bool { position == .bool(true) }
}
