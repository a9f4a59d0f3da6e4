internal import JSONText

/// The vendor writes the address of each next page: OData's `@odata.nextLink` (OData 4.01 Protocol §11.2.6.7), an
/// address in the body, or a header.
///
/// The link is opaque; it is followed as written, on the same origin only. Neither an empty nor a short page is an end,
/// a page without a link is, and one that says that no other follows.
struct LinkPaging: Paging {
  private let origin: Origin
  /// What comes behind the pages that were read; nil at the end.
  private var next: WebAddress?
  private var trail: Trail
  private(set) var isFinished = false

  init(first: WebAddress) {
    origin = first.origin
    next = first
    trail = Trail(from: first)
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
    try trail.step(to: address, behind: page)
    next = address
  }

  /// The next page's address, without its origin: a checkpoint sends nobody elsewhere.
  var position: JSONValue { next.map { .string($0.pathAndQuery) } ?? .null }

  mutating func restore(_ position: JSONValue) -> Bool {
    guard let text = position.text, text.hasPrefix("/"), !text.hasPrefix("//"), let first = next,
      let address = try? first.resolving(text), address.origin == origin
    else { return false }
    next = address
    trail = Trail(from: address)
    return true
  }
}
