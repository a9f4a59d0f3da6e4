internal import JSONText
internal import PipelineConfig

/// Decides which page to ask for next, and sees to it that the pages come to an end.
///
/// Does no input or output. Pages are told in the order in which they were asked for.
struct Paginator: Sendable {
  private var paging: any Paging
  private var fingerprints: [PageFingerprint: Int] = [:]
  private var sums = PagingSums()
  /// Pages that were asked for, whether they came or not.
  private var asked = 0
  /// The vendor is told how large pages may be, whatever the address.
  private let prefersSize: Bool
  /// The run that this one goes on with had come to its end.
  private var wasFinished = false
  /// There is no page behind the last one, as the vendor says by refusing it.
  private var endedByRefusal = false
  /// The walk is one of several through one feed: only all of them tell whether records are missing.
  private let isPart: Bool

  /// Most pages of one run. Ten million pages of a hundred are more than any feed holds; without a bound a vendor that
  /// makes up pages would be asked for ever.
  static let pagesMax = 10_000_000

  init(_ query: FeedQuery) {
    // Of the children of many parents there may be fewer parents first.
    isPart = query.window != nil
    prefersSize = query.feed.pagination.isOData && !query.isOfParents
    paging =
      switch query.feed.pagination {
      case .odata(let paging): ODataWalk(query, paging)
      case .pageNumber(let paging): NumberPaging(query, paging)
      case .rest(let paging): RESTWalk.paging(query, paging)
      }
  }

  /// The end was reached; requests still under way are of no use.
  var isFinished: Bool { wasFinished || endedByRefusal || paging.isFinished }
  var recordsRead: Int { sums.records }
  var pagesRead: Int { sums.pages }
  /// What the vendor said last that there is in all.
  var expected: Int? { sums.expected }

  /// What to ask for now; nil when that depends on a page that is still under way, or when the end was reached.
  mutating func nextRequest() -> PageRequest? {
    guard !isFinished, let address = paging.address(ofPage: asked + 1, read: sums.pages) else { return nil }
    asked += 1
    let size = paging.sizeParameter
    return PageRequest(number: asked, address: address, sizeParameter: size, mayShrink: prefersSize || size != nil)
  }

  /// Moves on behind a page.
  ///
  /// - Throws: ``PagingProblem``: going on would repeat pages or lose records.
  mutating func pageRead(_ page: PageFacts) throws(PagingProblem) {
    precondition(page.number == sums.pages + 1, "pages are told in their order")
    sums.pages += 1
    asked = max(asked, sums.pages)
    sums.records += page.records
    sums.expected = paging.total(of: page) ?? sums.expected
    guard sums.pages < Self.pagesMax else { throw .tooManyPages(Self.pagesMax) }
    if page.records > 0, let earlier = fingerprints.updateValue(page.number, forKey: page.fingerprint) {
      throw .repeatedPage(page.number, of: earlier)
    }
    try paging.pageRead(page, sums)
    guard isFinished, !isPart, Self.isShort(recordsRead, of: expected), let expected else { return }
    // A vendor that ends its links early says nothing; its own count does.
    let end = PageRefusal(status: nil, isContent: true)
    guard recover(from: end) else { throw .cutShort(records: recordsRead, expected: expected) }
  }

  /// Finds another way on after the vendor refused the page whose turn it is.
  ///
  /// - Returns: False when there is none.
  mutating func recover(from refusal: PageRefusal) -> Bool {
    endedByRefusal = paging.endsByRefusal && sums.isEnd(refusal)
    guard endedByRefusal || paging.recover(from: refusal, sums) else { return false }
    asked = sums.pages
    return true
  }

  /// One part in fifty of what was announced may be missing at the end: records go while a run lasts, and OData calls
  /// its own count inexact. More than that is a vendor that stopped early.
  static let shortfallDivisor = 50

  /// Whether so few records came of what was announced that the vendor stopped early.
  static func isShort(_ records: Int, of expected: Int?) -> Bool {
    expected.map { records < $0 - $0 / shortfallDivisor } ?? false
  }
}

extension Paginator {
  /// From where the walk goes on behind the pages that were read. Small, whatever was read.
  var position: JSONValue {
    .object([
      JSONMember(name: "pages", value: .number(String(sums.pages))),
      JSONMember(name: "records", value: .number(String(sums.records))),
      JSONMember(name: "expected", value: sums.expected.map { .number(String($0)) } ?? .null),
      JSONMember(name: "at", value: isFinished ? .null : paging.position),
      // An end segment is missing, and no page.
      JSONMember(name: "finished", value: .bool(isFinished)),
    ])
  }

  /// Goes on where another run of the same feed stopped.
  ///
  /// - Returns: False, and nothing is changed, when the position is not one of this feed's.
  mutating func restore(_ position: JSONValue) -> Bool {
    var restored = paging
    let isAtEnd = position["finished"] == .bool(true)
    guard let pages = position["pages"]?.count, let records = position["records"]?.count, let at = position["at"],
      isAtEnd || restored.restore(at)
    else { return false }
    wasFinished = isAtEnd
    paging = restored
    asked = pages
    sums = PagingSums(pages: pages, records: records, expected: position["expected"]?.count)
    return true
  }
}

extension Paginator {
  /// The same walk, from where it is, through what another query lets through: up to an empty page, whatever was counted
  /// before. Also behind its end, for what came there since.
  ///
  /// - Returns: Nil when its kind of paging knows no place behind its end.
  func continued(on query: FeedQuery) -> Paginator? {
    var walk = Paginator(query)
    guard walk.paging.restore(paging.position) else { return nil }
    (walk.sums, walk.asked, walk.fingerprints) = (sums, sums.pages, fingerprints)
    walk.sums.expected = nil
    return walk
  }
}

extension JSONValue {
  /// An array's elements; none of anything else.
  var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }

  /// A number of things; nil when the value is none.
  var count: Int? {
    integer.flatMap { $0 < 0 ? nil : $0 }
  }
}
