internal import JSONText

/// The vendor writes the address of each next page: OData's `@odata.nextLink` (OData 4.01 Protocol §11.2.6.7), an address in
/// the body, or a header.
///
/// The link is opaque; it is followed as written, on the same origin only. Neither an empty nor a short page is an end, a
/// page without a link is, and one that says that no other follows.
struct LinkPaging: Paging {
  private let origin: Origin
  /// What comes behind the pages that were read; nil at the end.
  private var next: WebAddress?
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

  func address(ofPage number: Int, read: Int) -> WebAddress? { number == read + 1 ? next : nil }

  mutating func pageRead(_ page: PageFacts, _ sums: PagingSums) throws(PagingProblem) {
    guard let written = page.nextLink, page.hasMore != false else {
      (isFinished, next) = (true, nil)
      return
    }
    let address: WebAddress
    do throws(WebAddressProblem) { address = try page.address.resolving(written) } catch {
      throw .badLink(page: page.number, error)
    }
    guard address.origin == origin else { throw .linkElsewhere(page: page.number, to: address.origin, from: origin) }
    guard seen.insert(address).inserted else { throw .loop(page: page.number) }
    emptyPages = page.records == 0 ? emptyPages + 1 : 0
    guard emptyPages < Self.emptyPagesMax else { throw .emptyPages(emptyPages) }
    next = address
  }

  /// The next page's address, without its origin: a checkpoint sends nobody elsewhere.
  var position: JSONValue { next.map { .string($0.pathAndQuery) } ?? .null }

  mutating func restore(_ position: JSONValue) -> Bool {
    guard let text = position.text, text.hasPrefix("/"), !text.hasPrefix("//"), let first = next,
      let address = try? first.resolving(text), address.origin == origin
    else { return false }
    next = address
    seen.insert(address)
    return true
  }
}
