internal import JSONText
internal import PipelineConfig

/// Paging by a token that each page gives for the next: `?cursor=…`.
///
/// A page without a token is the end, and one that says that no other follows. A token that comes again is a loop.
struct TokenPaging: Paging {
  private let query: FeedQuery
  private let paging: RESTPaging
  private let parameter: String
  private var token: String?
  private var seen: Set<String> = []
  private var emptyPages = 0
  private(set) var isFinished = false

  init(_ query: FeedQuery, _ paging: RESTPaging, parameter: String) {
    (self.query, self.paging, self.parameter) = (query, paging, parameter)
  }

  func address(ofPage number: Int, read: Int) -> WebAddress? {
    number == read + 1 ? query.rest(paging, at: token.map { (parameter, $0) }) : nil
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
    guard let token = position.text else { return position == .null }
    (self.token, seen) = (token, [token])
    return true
  }
}
