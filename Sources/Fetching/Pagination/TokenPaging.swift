internal import JSONText
internal import PipelineConfig

/// Paging by a token that each page gives for the next: `?cursor=…`.
///
/// A page without a token is the end, and one that says that no other follows. A token that comes again is a loop.
struct TokenPaging: Paging {
  private let pages: PlacedPages
  private var token: String?
  private var trail = Trail()
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
    try trail.step(to: next, behind: page)
    token = next
  }

  var position: JSONValue { token.map { .string($0) } ?? .null }

  mutating func restore(_ position: JSONValue) -> Bool {
    guard let token = position.text else { return false }
    (self.token, trail) = (token, Trail(from: token))
    return true
  }
}
