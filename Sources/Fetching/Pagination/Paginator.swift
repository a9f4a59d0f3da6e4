internal import PipelineConfig

/// Decides which page to ask for next.
///
/// Does no input or output: it is told what a page held and answers with the next request, so a test needs no server.
/// Pages are told in the order in which they were asked for.
struct Paginator: Sendable {
  private enum Kind {
    case odata(LinkPaging)
    case pageNumber(NumberPaging)
  }

  private var kind: Kind
  private var fingerprints: [PageFingerprint: Int] = [:]
  private(set) var recordsRead = 0
  private(set) var pagesRead = 0
  /// What the vendor said last that there is in all.
  private(set) var expected: Int?

  /// Most pages of one run. Ten million pages of a hundred are more than any feed holds; without a bound a vendor that
  /// makes up pages would be asked for ever.
  static let pagesMax = 10_000_000

  init(_ query: FeedQuery) {
    switch query.feed.pagination {
    case .odata: kind = .odata(LinkPaging(first: query.odata))
    case .pageNumber(let paging): kind = .pageNumber(NumberPaging(query, paging))
    }
  }

  /// The end was reached; requests still under way are of no use.
  var isFinished: Bool {
    switch kind {
    case .odata(let paging): paging.isFinished
    case .pageNumber(let paging): paging.isFinished
    }
  }

  /// What to ask for now; nil when that depends on a page that is still under way, or when the end was reached.
  mutating func nextRequest() -> PageRequest? {
    switch kind {
    case .odata(var paging):
      defer { kind = .odata(paging) }
      return paging.nextRequest()
    case .pageNumber(var paging):
      defer { kind = .pageNumber(paging) }
      return paging.nextRequest()
    }
  }

  /// Moves on behind a page.
  ///
  /// - Throws: ``PagingProblem``: going on would repeat pages or lose records.
  mutating func pageRead(_ page: PageFacts) throws(PagingProblem) {
    precondition(page.number == pagesRead + 1, "pages are told in their order")
    pagesRead += 1
    recordsRead += page.records
    expected = page.total ?? expected
    guard pagesRead < Self.pagesMax else { throw .tooManyPages(Self.pagesMax) }
    if page.records > 0, let earlier = fingerprints.updateValue(page.number, forKey: page.fingerprint) {
      throw .repeatedPage(page.number, of: earlier)
    }
    switch kind {
    case .odata(var paging):
      try paging.pageRead(page)
      kind = .odata(paging)
    case .pageNumber(var paging):
      paging.pageRead(page, recordsRead: recordsRead, expected: expected)
      kind = .pageNumber(paging)
    }
    if isFinished, let expected, recordsRead < expected - expected / Self.shortfallDivisor {
      throw .cutShort(records: recordsRead, expected: expected)
    }
  }

  /// One part in fifty of what was announced may be missing at the end: records go while a run lasts, and OData calls its
  /// own count inexact. More than that is a vendor that stopped early.
  static let shortfallDivisor = 50
}

/// A page to ask for.
struct PageRequest: Equatable, Sendable {
  /// Place in the run, from 1.
  var number: Int
  var address: WebAddress
}

/// What a page was found to hold, as far as paging needs it.
struct PageFacts: Equatable, Sendable {
  /// Place in the run, from 1.
  var number: Int
  var records: Int
  /// Records in all, as this page says.
  var total: Int?
  /// The vendor's link to the next page, as written.
  var nextLink: String?
  /// Where the page was found: what a relative link starts from.
  var address: WebAddress
  var fingerprint: PageFingerprint
}
