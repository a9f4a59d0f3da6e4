internal import PipelineConfig

/// Paging by number: `?page=2&page_size=100`.
///
/// The end is an empty page, or as many records as the vendor's newest total says. A page that is merely short is no end
/// while the total says more. Until the total is known, and beyond the pages that it speaks of, one page is asked for at a
/// time; between, as many as the caller likes.
struct NumberPaging: Sendable {
  private let query: FeedQuery
  private let paging: PageNumberPaging
  private var asked = 0
  private var read = 0
  /// The last page that is known to be there.
  private var knownLast = 1
  private(set) var isFinished = false

  init(_ query: FeedQuery, _ paging: PageNumberPaging) {
    self.query = query
    self.paging = paging
  }

  mutating func nextRequest() -> PageRequest? {
    guard !isFinished, asked < knownLast || asked == read else { return nil }
    asked += 1
    return PageRequest(number: asked, address: query.page(paging.firstPage + asked - 1, of: paging))
  }

  mutating func pageRead(_ page: PageFacts, recordsRead: Int, expected: Int?) {
    read = page.number
    guard page.records > 0 else {
      isFinished = true
      return
    }
    guard let expected else { return }
    isFinished = recordsRead >= expected
    // Vendors give smaller pages than they are asked for; what came so far tells how many more there are.
    let size = max(1, recordsRead / read)
    knownLast = max(knownLast, read + (max(0, expected - recordsRead) + size - 1) / size)
  }
}
