internal import JSONText
internal import PipelineConfig

/// Paging by the last record's id: `?starting_after=…`.
///
/// The end is a page that says that no other follows, or an empty one. A page whose last id is the one that was asked
/// from would be asked for for ever.
struct LastIDPaging: Paging {
  private let pages: PlacedPages
  private var id: String?
  private(set) var isFinished = false

  init(_ pages: PlacedPages) { self.pages = pages }

  var sizeParameter: String? { pages.paging.sizeParameter }
  var endsByRefusal: Bool { true }

  func address(ofPage number: Int, read: Int) -> WebAddress? {
    pages.address(ofPage: number, read: read, at: id)
  }

  mutating func pageRead(_ page: PageFacts, _ sums: PagingSums) throws(PagingProblem) {
    let isComplete = sums.areComplete(behind: page, size: pages.paging.pageSize)
    guard page.records > 0, page.hasMore != false, !(page.hasMore == nil && isComplete) else {
      isFinished = true
      return
    }
    guard let last = page.last?.values.first, let text = last.text ?? Self.number(last) else {
      throw .noPosition(page: page.number)
    }
    guard text != id else { throw .loop(page: page.number) }
    id = text
  }

  private static func number(_ value: JSONValue) -> String? {
    if case .number(let digits) = value { digits } else { nil }
  }

  var position: JSONValue { id.map { .string($0) } ?? .null }

  mutating func restore(_ position: JSONValue) -> Bool {
    guard let id = position.text else { return false }
    self.id = id
    return true
  }
}
