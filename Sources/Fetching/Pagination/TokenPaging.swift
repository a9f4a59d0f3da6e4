internal import JSONText
internal import PipelineConfig

/// Paging by a token that each page gives for the next: `?cursor=…`.
///
/// A page without a token is the end, and one that says that no other follows. A token that comes again is a loop.
struct TokenPaging: Paging {
  private let pages: PlacedPages
  private var token: String?
  private var seen: Set<String> = []
  private var emptyPages = 0
  private(set) var isFinished = false

  init(_ pages: PlacedPages) { self.pages = pages }

  var sizeParameter: String? { pages.paging.sizeParameter }

  func address(ofPage number: Int, read: Int) -> WebAddress? {
    pages.address(ofPage: number, read: read, at: token)
  }

  mutating func pageRead(_ page: PageFacts, _ sums: PagingSums) throws(PagingProblem) {
    guard let next = page.nextLink, page.hasMore != false else {
      (isFinished, token) = (true, nil)
      return
    }
    guard seen.insert(next).inserted else { throw .loop(page: page.number) }
    emptyPages = page.records == 0 ? emptyPages + 1 : 0
    guard emptyPages < LinkPaging.emptyPagesMax else { throw .emptyPages(emptyPages) }
    token = next
  }

  var position: JSONValue { token.map { .string($0) } ?? .null }

  mutating func restore(_ position: JSONValue) -> Bool {
    guard let token = position.text else { return false }
    (self.token, seen) = (token, [token])
    return true
  }
}
