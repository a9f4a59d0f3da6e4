/// Server-driven paging: each page holds the link to the next (OData 4.01 Protocol §11.2.6.7).
///
/// The link is opaque; it is followed as written, on the same origin only. Neither an empty nor a short page is an end, a
/// page without a link is.
struct LinkPaging: Sendable {
  private let origin: Origin
  private var next: WebAddress?
  private var asked = 0
  private var seen: Set<WebAddress> = []
  private var emptyPages = 0
  private(set) var isFinished = false

  /// Most empty pages in a row. A vendor may filter behind its paging, but not for ever.
  static let emptyPagesMax = 1_000

  init(first: WebAddress) {
    origin = first.origin
    next = first
    seen = [first]
  }

  mutating func nextRequest() -> PageRequest? {
    guard let address = next else { return nil }
    next = nil
    asked += 1
    return PageRequest(number: asked, address: address)
  }

  mutating func pageRead(_ page: PageFacts) throws(PagingProblem) {
    guard let link = page.nextLink else {
      isFinished = true
      return
    }
    let address: WebAddress
    do throws(WebAddressProblem) { address = try page.address.resolving(link) } catch {
      throw .badLink(page: page.number, error)
    }
    guard address.origin == origin else { throw .linkElsewhere(page: page.number, to: address.origin, from: origin) }
    guard seen.insert(address).inserted else { throw .loop(page: page.number) }
    emptyPages = page.records == 0 ? emptyPages + 1 : 0
    guard emptyPages < Self.emptyPagesMax else { throw .emptyPages(emptyPages) }
    next = address
  }
}
